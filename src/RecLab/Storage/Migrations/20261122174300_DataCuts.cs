using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecLab.Storage.Migrations
{
    /// <inheritdoc />
    public partial class DataCuts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Cut",
                table: "datasets",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Cut",
                table: "datasets");
        }
    }
}
