using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>The scripts of -Require: all of them must return true for every image of a copy.</summary>
/// <param name="command">The cmdlet, on whose pipeline thread the scripts run.</param>
/// <param name="scripts">The scripts.</param>
internal sealed class Requirements(AsyncCommand command, IReadOnlyList<ScriptBlock> scripts)
{
    private const int QuotedLength = 100;

    /// <summary>Runs the scripts for an image or for each image of an index.</summary>
    /// <param name="selection">The image or index.</param>
    /// <param name="options">The options of the copy.</param>
    /// <param name="destinations">The names of the copies.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="PolicyViolationException">A script did not return true.</exception>
    /// <exception cref="ImagePusherException">Something that a script asked for could not be read.</exception>
    public async Task CheckAsync(
        ImageSelection selection, CopyOptions options, IReadOnlyList<ImageReference> destinations, CancellationToken cancellationToken)
    {
        if (scripts.Count == 0)
        {
            return;
        }

        var reader = new CandidateReader(selection, options, destinations);
        foreach (var image in await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            for (var number = 0; number < scripts.Count; number++)
            {
                var script = scripts[number];
                var problem = await command.OnPipelineAsync(stop => Run(script, image, stop), cancellationToken).ConfigureAwait(false);

                // PowerShell returns null for a property whose getter fails, which a script may interpret as a valid value.
                if (reader.Failure is { } failure)
                {
                    throw failure;
                }

                if (problem is var (reason, cause))
                {
                    throw Violation(image, number, reason, cause);
                }
            }
        }
    }

    // Every output counts: a script whose last command returns false must not pass because an earlier one wrote something.
    private static (string Reason, Exception? Cause)? Run(ScriptBlock script, ImageCandidate image, CancellationToken stop)
    {
        try
        {
            var results = script.InvokeWithContext(null, [new PSVariable("_", image)], image);
            stop.ThrowIfCancellationRequested();
            foreach (var result in results.Where(result => !LanguagePrimitives.IsTrue(result)))
            {
                return ($"it returned {Quote(result)}", null);
            }

            return results.Count == 0 ? ("it returned nothing", null) : null;
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return ($"it failed: {error.Message.TrimEnd('.')}", error);
        }
    }

    private static string Quote(PSObject? value)
    {
        var text = value is null ? "null" : LanguagePrimitives.ConvertTo<string>(value);
        return text.Length > QuotedLength ? $"'{text[..QuotedLength]}…'" : value is null ? text : $"'{text}'";
    }

    private PolicyViolationException Violation(ImageCandidate image, int number, string reason, Exception? cause)
    {
        var which = scripts.Count == 1 ? "the requirement" : $"requirement {number + 1} of {scripts.Count}";
        var part = image.ImageDigest == image.Digest ? "" : $"{image.ImageDigest} of ";
        return new PolicyViolationException(
            TerminalText.Escape($"{part}{image.Reference} does not satisfy {which}: {reason}. Nothing was copied."),
            "Copy an image that satisfies -Require, or change the requirement.", cause);
    }
}
