namespace ImagePusher.Core.Trust;

/// <summary>The file of a policy, as it was read.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Json">Its content without a byte order mark, which Windows PowerShell writes.</param>
internal sealed record PolicyFile(string Path, ReadOnlyMemory<byte> Json)
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="ImagePusherException">It cannot be read, or is too large.</exception>
    public static PolicyFile Read(string path)
    {
        ReadOnlyMemory<byte> json = TrustFile.Read(path, "signature policy", TrustLimits.Policy);
        return new PolicyFile(path, json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
    }

    /// <summary>The line and column of a place in the policy.</summary>
    public string PositionOf(string place) => JsonPosition.Of(Json.Span, place);
}
