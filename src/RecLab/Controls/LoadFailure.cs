using System.Data.Common;
using System.Security.Cryptography;

namespace RecLab.Controls;

/// <summary>A failed read in plain words, with a trace that finds the details in the server log.</summary>
/// <param name="Sentence">What happened and what is safe; never a stack trace or a connection string.</param>
/// <param name="Trace">"4b1c-7ad0".</param>
public sealed record LoadFailure(string Sentence, string Trace)
{
    public static LoadFailure Of(Exception error, string what, ILogger log)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var trace = $"{id[..4]}-{id[4..]}";
        log.LogError(error, "Reading {What} failed, trace {Trace}", what, trace);
        return new(error switch
        {
            TimeoutException or OperationCanceledException => "The answer took too long. Nothing was changed and nothing is lost.",
            DbException => "The database did not answer. Nothing was changed and nothing is lost.",
            Refusal => error.Message,
            _ => "Something unexpected happened while reading. Nothing was changed; the server log has the details under this trace.",
        }, trace);
    }
}
