using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Experiments;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class VariantDeskTests(TrainingApp app) : IClassFixture<TrainingApp>
{
    private VariantDesk Desk => app.Get<VariantDesk>();

    [Theory]
    [InlineData("Upper", "lower-case")]
    [InlineData("", "lower-case")]
    [InlineData("-als", "starting with a letter or digit")]
    [InlineData("a b", "lower-case")]
    [InlineData("x/../y", "lower-case")]
    public async Task A_key_that_is_no_key_is_refused(string key, string why)
    {
        var draft = await DraftAsync(key);
        Assert.Contains(why, (await Assert.ThrowsAsync<RefusedException>(() => Desk.CreateAsync(draft, "Ada", TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task A_wrong_draft_is_refused_and_leaves_no_variant()
    {
        var draft = await DraftAsync("wrong");
        foreach (var (wrong, why) in new[]
        {
            (draft with { Family = "magic" }, "no recommender family 'magic'"),
            (draft with { Options = """{"halfLifeDays":-1}""" }, "between 0 and 36500"),
            (draft with { DatasetId = 12345 }, "data set"),
            (draft with { Schedule = "at night" }, "cron"),
            (draft with { PromotionMargin = 2 }, "between 0 and 1"),
            (draft with { Name = " " }, "name"),
        })
            Assert.Contains(why, (await Assert.ThrowsAsync<RefusedException>(() => Desk.CreateAsync(wrong, "Ada", TestContext.Current.CancellationToken))).Message);
        await using var db = await app.DbAsync();
        Assert.False(await db.Set<Variant>().AnyAsync(v => v.Key == "wrong", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_variant_is_created_edited_and_deleted_and_the_records_say_so()
    {
        var draft = await DraftAsync("life");
        await Desk.CreateAsync(draft, "Ada", TestContext.Current.CancellationToken);
        Assert.Contains("already", (await Assert.ThrowsAsync<RefusedException>(() => Desk.CreateAsync(draft, "Ada", TestContext.Current.CancellationToken))).Message);
        var edited = await Desk.EditAsync("life", draft with { Options = """{"halfLifeDays":30}""", Schedule = "0 0 3 * * ?" }, "Bob", TestContext.Current.CancellationToken);
        Assert.Equal("""{"halfLifeDays":30}""", edited.Options);
        Assert.NotNull(await app.Get<TrainingQueue>().NextAsync(edited.Id, TestContext.Current.CancellationToken));
        await Desk.DeleteAsync("life", "Cleo", TestContext.Current.CancellationToken);
        Assert.Null(await app.Get<TrainingQueue>().NextAsync(edited.Id, TestContext.Current.CancellationToken));
        await using var db = await app.DbAsync();
        Assert.Equal(["Ada variant.create", "Bob variant.edit", "Cleo variant.delete"],
            await db.Set<AuditEntry>().Where(a => a.Subject == "variant life").OrderBy(a => a.Id).Select(a => a.Who + " " + a.Action).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_arm_of_an_experiment_cannot_be_deleted()
    {
        var variant = await Desk.CreateAsync(await DraftAsync("arm"), "Ada", TestContext.Current.CancellationToken);
        await using var db = await app.DbAsync();
        db.Add(new Experiment { Key = "home-1", Name = "Home", Placement = "home", Arms = [new() { VariantId = variant.Id, Name = "arm", Weight = 1 }] });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        Assert.Contains("'home-1'", (await Assert.ThrowsAsync<RefusedException>(() => Desk.DeleteAsync("arm", "Ada", TestContext.Current.CancellationToken))).Message);
    }

    private async Task<VariantDraft> DraftAsync(string key) => new() { Key = key, Name = "A variant", Family = "popularity", DatasetId = (await app.SmallAsync()).Id };
}
