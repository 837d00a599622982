using System.Diagnostics.CodeAnalysis;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Trust;

/// <summary>The reference that a signature is for. Unlike other references it may name a repository alone.</summary>
internal sealed record SignedName
{
    private SignedName(ImageReference reference, bool isRepository) => (Reference, IsRepository) = (reference, isRepository);

    /// <summary>The reference; without tag and digest if it names a repository.</summary>
    public ImageReference Reference { get; }

    /// <summary>True without tag and digest.</summary>
    public bool IsRepository { get; }

    /// <summary>Parses a reference, normalized as docker does it, without adding a tag.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SignedName? name)
    {
        name = null;
        if (!ImageReference.TryParse(text, out var reference))
        {
            return false;
        }

        var (_, tag, digest) = ImageReference.Split(text);
        var isRepository = tag is null && digest is null;
        name = new SignedName(isRepository ? reference.ByDigest() : reference, isRepository);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Reference.ToString();
}
