using RecLab.Cli;

return await CommandLine.RunAsync(args);

/// <summary>The entry point; tests start the web application through it.</summary>
public partial class Program;
