using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RecLab.Client;

/// <summary>What a server may do with a secret key beside lists and events: variants, trainings, experiments, data sets, users, keys. Repeats like the client itself; a POST that makes a job carries an
/// Idempotency-Key, so that a repetition makes no second one.</summary>
public sealed class Management
{
    private readonly Sender _sender;

    internal Management(Sender sender) => _sender = sender;

    /// <summary>All variants.</summary>
    public async Task<IReadOnlyList<VariantInfo>> VariantsAsync(CancellationToken cancellation = default) => (await GetAsync("variants", ClientJson.Default.PageOfVariantInfo, cancellation).ConfigureAwait(false)).Items;

    /// <summary>One variant.</summary>
    /// <exception cref="RecLabException">404 where there is none; every other refusal too.</exception>
    public Task<VariantInfo> VariantAsync(string key, CancellationToken cancellation = default) => GetAsync($"variants/{Part(key)}", ClientJson.Default.VariantInfo, cancellation);

    /// <summary>Makes a variant to train.</summary>
    public Task<VariantInfo> CreateVariantAsync(NewVariant variant, CancellationToken cancellation = default) => PostAsync("variants", variant, ClientJson.Default.NewVariant, ClientJson.Default.VariantInfo, cancellation);

    /// <summary>Queues a training; sent again because the answer was lost, it queues none twice.</summary>
    public Task<TrainingInfo> TrainAsync(NewTraining training, CancellationToken cancellation = default) => PostAsync("trainings", training, ClientJson.Default.NewTraining, ClientJson.Default.TrainingInfo, cancellation, once: true);

    /// <summary>A training as it stands.</summary>
    public Task<TrainingInfo> TrainingAsync(int id, CancellationToken cancellation = default) => GetAsync($"trainings/{id}", ClientJson.Default.TrainingInfo, cancellation);

    /// <summary>Trainings, newest first, page after page.</summary>
    public IAsyncEnumerable<TrainingInfo> TrainingsAsync(CancellationToken cancellation = default) => AllAsync("trainings", ClientJson.Default.PageOfTrainingInfo, cancellation);

    /// <summary>Stops a training.</summary>
    public Task<TrainingInfo> CancelTrainingAsync(int id, CancellationToken cancellation = default) => VerbAsync($"trainings/{id}:cancel", ClientJson.Default.TrainingInfo, cancellation);

    /// <summary>All experiments, newest first.</summary>
    public async Task<IReadOnlyList<ExperimentInfo>> ExperimentsAsync(CancellationToken cancellation = default) => (await GetAsync("experiments", ClientJson.Default.PageOfExperimentInfo, cancellation).ConfigureAwait(false)).Items;

    /// <summary>One experiment.</summary>
    public Task<ExperimentInfo> ExperimentAsync(string key, CancellationToken cancellation = default) => GetAsync($"experiments/{Part(key)}", ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>Drafts an experiment.</summary>
    public Task<ExperimentInfo> DraftAsync(NewExperiment draft, CancellationToken cancellation = default) => PostAsync("experiments", draft, ClientJson.Default.NewExperiment, ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>Opens a draft to traffic.</summary>
    public Task<ExperimentInfo> StartAsync(string key, CancellationToken cancellation = default) => VerbAsync($"experiments/{Part(key)}:start", ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>Stops sending users, for a while.</summary>
    public Task<ExperimentInfo> PauseAsync(string key, CancellationToken cancellation = default) => VerbAsync($"experiments/{Part(key)}:pause", ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>Sends users again.</summary>
    public Task<ExperimentInfo> ResumeAsync(string key, CancellationToken cancellation = default) => VerbAsync($"experiments/{Part(key)}:resume", ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>Closes it to traffic; it waits for a decision.</summary>
    public Task<ExperimentInfo> StopAsync(string key, CancellationToken cancellation = default) => VerbAsync($"experiments/{Part(key)}:stop", ClientJson.Default.ExperimentInfo, cancellation);

    /// <summary>What it has shown so far, as the API describes it.</summary>
    public Task<JsonElement> ResultsAsync(string key, bool simulated = false, CancellationToken cancellation = default) => GetAsync($"experiments/{Part(key)}/results?traffic={Traffic(simulated)}", ClientJson.Default.JsonElement, cancellation);

    /// <summary>Who was shown which arm, user by user, page after page.</summary>
    public IAsyncEnumerable<ExposedUser> ExposuresAsync(string key, bool simulated = false, CancellationToken cancellation = default) => AllAsync($"experiments/{Part(key)}/exposures?traffic={Traffic(simulated)}", ClientJson.Default.PageOfExposedUser, cancellation);

    /// <summary>Data sets, newest first, page after page.</summary>
    public IAsyncEnumerable<DatasetInfo> DatasetsAsync(CancellationToken cancellation = default) => AllAsync("datasets", ClientJson.Default.PageOfDatasetInfo, cancellation);

    /// <summary>One data set, and how far its import is.</summary>
    public Task<DatasetInfo> DatasetAsync(int id, CancellationToken cancellation = default) => GetAsync($"datasets/{id}", ClientJson.Default.DatasetInfo, cancellation);

    /// <summary>Sends a file and begins to import it.</summary>
    /// <param name="name">Of the new data set.</param>
    /// <param name="fileName">Layouts are recognised by it: "ratings.csv", "ml-1m.zip".</param>
    /// <param name="file">Opens the file; once for each attempt.</param>
    /// <exception cref="HttpRequestException">The server was not reached, or the time that the HttpClient allows was over: then the file is not sent again by itself.</exception>
    /// <param name="columns">Which column means what; null to find out.</param>
    public async Task<DatasetInfo> ImportAsync(string name, string fileName, Func<Stream> file, ImportColumns? columns = null, CancellationToken cancellation = default)
    {
        var sent = await _sender.SendAsync(HttpMethod.Post, $"api/v1/datasets:upload?name={Uri.EscapeDataString(fileName)}", () => new StreamContent(file()), ClientJson.Default.SentFile, cancellation).ConfigureAwait(false);
        return await PostAsync("datasets", new NewDataset { Name = name, Upload = sent.Upload, Columns = columns }, ClientJson.Default.NewDataset, ClientJson.Default.DatasetInfo, cancellation, once: true).ConfigureAwait(false);
    }

    /// <summary>A user as told and as seen.</summary>
    public Task<UserInfo> UserAsync(string id, CancellationToken cancellation = default) => GetAsync($"users/{Part(id)}", ClientJson.Default.UserInfo, cancellation);

    /// <summary>Tells of a user, in the place of what was told before.</summary>
    public Task<UserInfo> PutUserAsync(string id, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation = default) =>
        _sender.SendAsync(HttpMethod.Put, $"api/v1/users/{Part(id)}", () => Sender.Json(new ToldAttributes { Attributes = attributes }, ClientJson.Default.ToldAttributes), ClientJson.Default.UserInfo, cancellation);

    /// <summary>Takes back what was told of a user; lists and events stay in the log.</summary>
    public async Task<bool> DeleteUserAsync(string id, CancellationToken cancellation = default) => (await _sender.SendAsync(HttpMethod.Delete, $"api/v1/users/{Part(id)}", null, ClientJson.Default.Deletion, cancellation).ConfigureAwait(false)).Deleted;

    /// <summary>Makes a key that opens nothing this client's key does not open. Needs a key with the scope keys; the new one is in the answer this once.</summary>
    public Task<MadeKey> CreateKeyAsync(NewKey key, CancellationToken cancellation = default) => PostAsync("keys", key, ClientJson.Default.NewKey, ClientJson.Default.MadeKey, cancellation, once: true);

    /// <summary>A new key in the place of an old one, which works for a while more.</summary>
    public Task<MadeKey> RotateKeyAsync(int id, double overlapDays = 7, CancellationToken cancellation = default) => PostAsync($"keys/{id}:rotate", new KeyOverlap { OverlapDays = overlapDays }, ClientJson.Default.KeyOverlap, ClientJson.Default.MadeKey, cancellation, once: true);

    /// <summary>Ends a key at once.</summary>
    public Task RevokeKeyAsync(int id, CancellationToken cancellation = default) => _sender.SendAsync(HttpMethod.Delete, $"api/v1/keys/{id}", null, ClientJson.Default.MadeKey, cancellation);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation) => _sender.SendAsync(HttpMethod.Get, "api/v1/" + path, null, answer, cancellation);

    private Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<T> answer, CancellationToken cancellation, bool once = false) =>
        _sender.SendAsync(HttpMethod.Post, "api/v1/" + path, () => Sender.Json(body, form), answer, cancellation, once ? Guid.CreateVersion7().ToString() : null);

    private Task<T> VerbAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation) => _sender.SendAsync(HttpMethod.Post, "api/v1/" + path, null, answer, cancellation);

    private async IAsyncEnumerable<T> AllAsync<T>(string path, JsonTypeInfo<Page<T>> form, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? cursor = null; ;)
        {
            var page = await GetAsync(cursor is null ? path : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}", form, cancellation).ConfigureAwait(false);
            foreach (var item in page.Items) yield return item;
            if ((cursor = page.NextCursor) is null) yield break;
        }
    }

    private static string Part(string id) => Uri.EscapeDataString(id);
    private static string Traffic(bool simulated) => simulated ? "simulated" : "live";
}
