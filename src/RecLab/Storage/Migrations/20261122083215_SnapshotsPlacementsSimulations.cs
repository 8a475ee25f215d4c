using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecLab.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SnapshotsPlacementsSimulations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "LogRecipe",
                table: "variants",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "ScoringMicroseconds",
                table: "training_runs",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Experiment",
                table: "simulations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Phase",
                table: "simulations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "PlantedArm",
                table: "simulations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "PlantedLift",
                table: "simulations",
                type: "REAL",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<string>(
                name: "Process",
                table: "simulations",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "DefaultBy",
                table: "placements",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "DefaultExperiment",
                table: "placements",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "DefaultSince",
                table: "placements",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "DefaultWhy",
                table: "placements",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "HaltedAt",
                table: "placements",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HaltedBy",
                table: "placements",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "HaltedWhy",
                table: "placements",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "ListLength",
                table: "placements",
                type: "INTEGER",
                nullable: false,
                defaultValue: 10);

            migrationBuilder.AddColumn<string>(
                name: "Log",
                table: "datasets",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "LogRecipe",
                table: "variants");

            migrationBuilder.DropColumn(
                name: "ScoringMicroseconds",
                table: "training_runs");

            migrationBuilder.DropColumn(
                name: "Experiment",
                table: "simulations");

            migrationBuilder.DropColumn(
                name: "Phase",
                table: "simulations");

            migrationBuilder.DropColumn(
                name: "PlantedArm",
                table: "simulations");

            migrationBuilder.DropColumn(
                name: "PlantedLift",
                table: "simulations");

            migrationBuilder.DropColumn(
                name: "Process",
                table: "simulations");

            migrationBuilder.DropColumn(
                name: "DefaultBy",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "DefaultExperiment",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "DefaultSince",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "DefaultWhy",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "HaltedAt",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "HaltedBy",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "HaltedWhy",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "ListLength",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "Log",
                table: "datasets");
        }
    }
}
