using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using RecLab.Access;
using RecLab.Controls;
using RecLab.Data;
using RecLab.Recommenders.Models.Lists;
using RecLab.Training;
using RecLab.Training.External;

namespace RecLab.Serving.External;

/// <summary>Sets up what a team already has as a variant, or gives such a variant its next version.</summary>
public sealed partial class ExternalPage : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private Attempt? _attempt;
    private string _name = "", _key = "", _url = "", _header = "Authorization", _secret = "", _what = "";
    private int _dataset, _timeout = 300, _size = 256;
    private bool _ownKey, _filled, _changed;
    private double? _received;
    private UploadBox? _upload;
    private ListReport? _report;

    [Parameter] public string? FamilyKey { get; set; }
    [Parameter] public string? Key { get; set; }
    [Inject] private TrainingReader Reader { get; set; } = null!;
    [Inject] private NavigationManager Navigation { get; set; } = null!;

    private sealed record SourceView(ExternalFamily Family, Variant? Variant, EndpointSettings? Settings, IReadOnlyList<Dataset> Datasets);

    private async Task<SourceView?> ReadAsync(CancellationToken cancellation)
    {
        var datasets = (await Datasets.ListAsync(cancellation)).Where(d => d.State == DatasetState.Ready).ToArray();
        if (datasets.All(d => d.Id != _dataset)) _dataset = datasets.FirstOrDefault()?.Id ?? 0;
        var variant = Key is null ? null : (await Reader.VariantAsync(Key, cancellation))?.Row.Variant;
        if (ExternalFamilies.Find(variant?.Family ?? FamilyKey ?? "") is not { } family || (Key is not null && variant is null) || datasets.Length == 0) return null;
        var settings = family.Key == ExternalFamilies.Endpoint && variant is not null ? EndpointSettings.FromJson(variant.Options) : null;
        if (!_filled)
        {
            _filled = true;
            _key = variant?.Key ?? "";
            if (settings is not null) (_url, _header, _timeout, _size) = (settings.Url, settings.Header, settings.TimeoutMs, settings.MaxKilobytes);
        }
        return new(family, variant, settings, datasets);
    }

    private async Task ReceiveAsync(InputFileChangeEventArgs chosen)
    {
        _upload?.Drop();
        (_received, _report, _what) = (0, null, chosen.File.Name);
        await _attempt!.RunAsync(async () =>
        {
            await Doorkeeper.RequireAsync(Policies.Analyse);
            if (chosen.File.Size > ExternalDesk.MostBytes) throw new RefusedException($"The file is larger than {ExternalDesk.MostBytes >> 20} MiB.");
            _upload = new UploadBox(Path.Combine(Path.GetTempPath(), $"reclab-lists-{Guid.NewGuid():N}"));
            await _upload.ReceiveAsync([chosen.File], new Progress<double>(share => _ = InvokeAsync(() => { if (_received is not null) _received = share; StateHasChanged(); })), _leaving.Token);
        }, "receive the file");
        _received = null;
    }

    private Task SaveAsync(SourceView view) => _attempt!.RunAsync(async () =>
    {
        var who = await Doorkeeper.RequireAsync(view.Family.Key == ExternalFamilies.Endpoint ? Policies.Administer : Policies.Analyse);
        var draft = new ExternalDraft(_key, _name, _dataset);
        _changed = false;
        switch (view.Family.Key)
        {
            case ExternalFamilies.Lists:
                var path = _upload?.Path ?? throw new RefusedException("Choose a file first.");
                (_, _, _report) = view.Variant is null ? await Desk.CreateListsAsync(draft, path, who, _leaving.Token) : await Desk.ReplaceListsAsync(view.Variant.Key, path, who, _leaving.Token);
                _upload.Drop();
                if (view.Variant is null) Navigation.NavigateTo($"variants/{_key}");
                return;
            case ExternalFamilies.Endpoint:
                // an empty field keeps what is stored; for a new variant there is nothing to keep
                var endpoint = new EndpointDraft(_url, _header, _secret.Length > 0 ? _secret : view.Variant is null ? "" : null, _timeout, _size);
                await (view.Variant is null ? Desk.CreateEndpointAsync(draft, endpoint, who) : Desk.ChangeEndpointAsync(view.Variant.Key, endpoint, who));
                _secret = "";
                _changed = view.Variant is not null;
                Navigation.NavigateTo($"variants/{_key}/source");
                return;
            default:
                await Desk.CreateLogOnlyAsync(draft, who);
                Navigation.NavigateTo($"variants/{_key}");
                return;
        }
    }, "save the variant");

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
        _upload?.Drop();
    }
}
