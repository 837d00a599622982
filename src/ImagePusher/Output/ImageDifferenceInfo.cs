using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>A part of one or both of two compared images.</summary>
public sealed class ImageDifferenceInfo
{
    /// <summary>The kind: Manifest, Config, Layer or File.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of a field, the digest of a layer, the path of a file.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The value: of a field its text; of a layer the digest of its uncompressed content; of a file permissions, owner and hash.
    /// </summary>
    public required string Value { get; init; }

    /// <summary><c>&lt;=</c> if only the reference has it, <c>=&gt;</c> if only the difference has it, <c>==</c> if both have it.</summary>
    public required string SideIndicator { get; init; }

    /// <summary>The size in bytes; null for a field of the config.</summary>
    public long? Size { get; init; }

    /// <summary>The bytes that are sent for it to a registry that has the reference.</summary>
    public long TransferSize { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static ImageDifferenceInfo Of(ImageDifference difference) => new()
    {
        Kind = difference.Kind.ToString(),
        Name = OutputText.Of(difference.Name),
        Value = OutputText.Of(difference.Value),
        SideIndicator = difference.Side switch { < 0 => "<=", > 0 => "=>", _ => "==" },
        Size = difference.Size,
        TransferSize = difference.TransferSize,
    };
}
