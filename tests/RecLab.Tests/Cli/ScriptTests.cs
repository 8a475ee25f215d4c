using System.Diagnostics;
using Xunit;

namespace RecLab.Tests.Cli;

/// <summary>The script a newcomer runs first.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reclab-script").FullName;

    private static string Root => RecLab.Storage.HostPaths.ContentRoot(AppContext.BaseDirectory);

    [Fact]
    public void An_option_the_demo_does_not_know_is_refused_before_anything_is_installed_or_built()
    {
        var (code, told) = Bash("./reclab demo --fast --usres=7");
        Assert.Equal((2, "reclab demo: unknown argument '--usres=7'. See ./reclab demo --help.\n"), (code, told));
    }

    [Theory]
    [InlineData(100, "Could not be installed: nothing-such. Going on without; what needs them will be unavailable and says so.")]
    [InlineData(0, "Installed: nothing-such")]
    public void A_package_that_cannot_be_installed_is_named_and_the_rest_goes_on(int apt, string told)
    {
        // The command of the system that fails as it does without network; everything else is the script's own.
        Tool("apt-get", $"exit {apt}");
        Tool("sudo", "exec \"$@\"");
        var (code, text) = Bash($"source ./reclab; PATH={_folder}:$PATH; ensure_packages 'nothing-such|is wanted here|false'; echo went on");
        Assert.Equal(0, code);
        Assert.Contains("Missing: nothing-such (is wanted here).", text, StringComparison.Ordinal);
        Assert.EndsWith($"{told}\nwent on\n", text, StringComparison.Ordinal);
    }

    private void Tool(string name, string body)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/bash\n{body}\n");
        Process.Start("chmod", ["+x", path])!.WaitForExit();
    }

    private static (int Code, string Told) Bash(string commands)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec 2>&1; {commands}"]) { RedirectStandardOutput = true, WorkingDirectory = Root })!;
        var told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, told);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
