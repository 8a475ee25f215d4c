using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecLab.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Life1058 : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "rollouts",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ExperimentId = table.Column<int>(type: "INTEGER", nullable: false),
                    ExperimentKey = table.Column<string>(type: "TEXT", nullable: false),
                    Placement = table.Column<string>(type: "TEXT", nullable: false),
                    VariantId = table.Column<int>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    BeforeVariantId = table.Column<int>(type: "INTEGER", nullable: false),
                    BeforeName = table.Column<string>(type: "TEXT", nullable: false),
                    BeforeDefaultId = table.Column<int>(type: "INTEGER", nullable: true),
                    Seed = table.Column<string>(type: "TEXT", nullable: false),
                    From = table.Column<double>(type: "REAL", nullable: false),
                    Steps = table.Column<string>(type: "TEXT", nullable: false),
                    Step = table.Column<int>(type: "INTEGER", nullable: false),
                    Phase = table.Column<int>(type: "INTEGER", nullable: false),
                    HoursPerStep = table.Column<double>(type: "REAL", nullable: true),
                    RollBackOnBreach = table.Column<bool>(type: "INTEGER", nullable: false),
                    Simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    StepAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Why = table.Column<string>(type: "TEXT", nullable: false),
                    Who = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rollouts", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_rollouts_ExperimentId",
                table: "rollouts",
                column: "ExperimentId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_rollouts_Placement_State",
                table: "rollouts",
                columns: new[] { "Placement", "State" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "rollouts");
        }
    }
}
