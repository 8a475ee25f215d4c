using System.CommandLine;

namespace RecLab.Cli;

/// <summary>The options every verb takes, turned into settings of the host.</summary>
public sealed class CommonSettings
{
    private readonly Option<string?> _dataDir = new("--data-dir") { Description = "Folder of the databases, data sets and artifacts (default: data)." };
    private readonly Option<string?> _urls = new("--urls") { Description = "Addresses to listen on (default: http://localhost:5080)." };
    private readonly Option<string[]> _set = new("--set") { Description = "Any other setting, as Section:Key=value.", Arity = ArgumentArity.ZeroOrMore };

    public void AddTo(Command command)
    {
        command.Options.Add(_dataDir);
        command.Options.Add(_urls);
        command.Options.Add(_set);
    }

    /// <summary>The settings as arguments of the host.</summary>
    /// <exception cref="BadArgumentException">A <c>--set</c> is not Key=value.</exception>
    public string[] Read(ParseResult parsed)
    {
        List<string> args = [];
        if (parsed.GetValue(_dataDir) is { } folder) args.Add($"--RecLab:DataDir={Path.GetFullPath(folder)}");
        if (parsed.GetValue(_urls) is { } urls) args.Add($"--Urls={urls}");
        foreach (var pair in parsed.GetValue(_set) ?? [])
            args.Add(pair.Contains('=') ? $"--{pair}" : throw new BadArgumentException($"--set needs Section:Key=value, got '{pair}'."));
        return [.. args];
    }
}
