namespace ImagePusher.Core.Bundles;

/// <summary>The names of the files of a bundle in parts.</summary>
internal static class BundleFiles
{
    /// <summary>The file with the checksums, as sha256sum reads it.</summary>
    public const string SumsName = "SHA256SUMS";

    /// <summary>The end of the name of the lock file.</summary>
    public const string LockExtension = ".lock.yml";

    /// <summary>The path of a part: <c>bundle-001.tar</c> for <c>bundle.tar</c>.</summary>
    public static string PartPath(string path, int number) => Path.Combine(
        Path.GetDirectoryName(path) ?? "", FormattableString.Invariant($"{Stem(path)}-{number:000}{ExtensionOf(path)}"));

    /// <summary>The path of the lock file: <c>bundle.lock.yml</c> for <c>bundle.tar</c>.</summary>
    public static string LockPath(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", Stem(path) + LockExtension);

    /// <summary>The path of the checksums, which other bundles of the folder share.</summary>
    public static string SumsPath(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", SumsName);

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);

    private static string ExtensionOf(string path) => Path.GetExtension(path) is { Length: > 0 } extension ? extension : ".tar";
}
