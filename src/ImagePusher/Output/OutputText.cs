using System.Diagnostics.CodeAnalysis;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>
/// Makes the values of properties from text of registries, archives and caches: printable, so that a terminal shows it as
/// it is.
/// </summary>
internal static class OutputText
{
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text) => text is null ? null : TerminalText.Escape(text);

    public static TextList<string> List(IEnumerable<string> texts) => new([.. texts.Select(TerminalText.Escape)]);

    public static TextList<string> List(IEnumerable<Platform> platforms) => List(platforms.Select(platform => platform.ToString()));

    public static TextList<string> List(IEnumerable<Descriptor> descriptors) =>
        List(descriptors.Select(descriptor => descriptor.Digest.ToString()));
}
