using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Search;

namespace RecLab.Training.Searches;

/// <summary>Where a search stands. Failed: it is over and not one trial succeeded.</summary>
public enum SearchState { Running, Finished, Cancelled, Failed }

/// <summary>How the next options to try are chosen.</summary>
public enum SearchMethod
{
    /// <summary>At random (<see cref="RandomSearch"/>).</summary>
    Random,

    /// <summary>Many short trainings, of which the best go on (<see cref="SuccessiveHalving"/>); families without a length of training by <see cref="Parzen"/>.</summary>
    Halving,

    /// <summary>Where good ones were before (<see cref="TreeParzen"/>).</summary>
    Parzen,
}

/// <summary>A search over the options of some families: each gets the same budget on the same data and is judged on validation alone. Its rows say all that is needed to go on with it.</summary>
public sealed class Search
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public int DatasetId { get; set; }

    /// <summary>Keys of the families, parted by commas, in the order asked for.</summary>
    public required string Families { get; set; }
    public SearchMethod Method { get; set; }

    /// <summary>Whole trainings each family may spend.</summary>
    public int Trials { get; set; }

    /// <summary>Minutes of training after which a family begins no further trial; null for no limit.</summary>
    public double? Minutes { get; set; }

    /// <summary>Key of the ranking metric on validation that is made as large as can be.</summary>
    public string Metric { get; set; } = "ndcg";
    public int K { get; set; } = 10;

    /// <summary>Of the draws and of every training.</summary>
    public int Seed { get; set; } = 42;

    /// <summary>Device slot of all trials; null for the best there is for each family.</summary>
    public string? Device { get; set; }

    /// <summary>Options that the search starts from where they are not the family's defaults: JSON by family key.</summary>
    public string Bases { get; set; } = "{}";
    public SearchState State { get; set; }
    public string RequestedBy { get; set; } = "";
    public DateTimeOffset RequestedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public string? Error { get; set; }

    /// <summary>The families in order.</summary>
    public IReadOnlyList<string> FamilyKeys() => Families.Split(',');

    /// <summary>The options a family's search starts from.</summary>
    public RecommenderOptions BaseOf(RecommenderFamily family)
    {
        using var bases = JsonDocument.Parse(Bases);
        return bases.RootElement.TryGetProperty(family.Key, out var options) ? OptionsJson.Read(family, options.GetRawText()) : family.Defaults;
    }
}

/// <summary>One training of a search. It has a result or a failure once it is over; its run is carried out by the queue like any other.</summary>
public sealed class SearchTrial
{
    public int Id { get; set; }
    public int SearchId { get; set; }
    public required string Family { get; set; }

    /// <summary>0, 1, ... in each family, in the order they were begun.</summary>
    public int Number { get; set; }

    /// <summary>Trials of the same options at growing budgets share this number; 0 are the options the search starts from.</summary>
    public int Configuration { get; set; }

    /// <summary>Place in the search space, JSON by dimension.</summary>
    public required string Point { get; set; }

    /// <summary>The options it stands for, at full length of training, JSON.</summary>
    public required string Options { get; set; }

    /// <summary>Share of the full training, above 0 and at most 1.</summary>
    public double Budget { get; set; }
    public int RunId { get; set; }

    /// <summary>The search's metric on validation; null while it runs, and where it failed.</summary>
    public double? Value { get; set; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Failure { get; set; }

    /// <summary>Seconds of training.</summary>
    public double? Seconds { get; set; }

    /// <summary>Size of the model in bytes.</summary>
    public long? Bytes { get; set; }

    /// <summary>Mean time to score all items for one user.</summary>
    public double? ScoringMicroseconds { get; set; }
    public DateTimeOffset BegunAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    public bool IsOver() => Value is not null || Failure is not null;

    /// <summary>As the search strategies see it.</summary>
    public Trial Tried() => new(Number, Configuration, JsonSerializer.Deserialize<Dictionary<string, double>>(Point)!, Budget) { Value = Value, Failure = Failure };
}

internal sealed class SearchTable : IEntityTypeConfiguration<Search>, IEntityTypeConfiguration<SearchTrial>
{
    public void Configure(EntityTypeBuilder<Search> table)
    {
        table.ToTable("searches");
        table.HasIndex(s => s.State);
    }

    public void Configure(EntityTypeBuilder<SearchTrial> table)
    {
        table.ToTable("search_trials");
        table.HasIndex(t => new { t.SearchId, t.Family, t.Number }).IsUnique();
        table.HasIndex(t => t.RunId);
    }
}
