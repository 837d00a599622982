namespace ImagePusher.Core.IO;

/// <summary>The kinds of content that can be recognized from its first bytes.</summary>
internal enum ContentKind
{
    Unknown,
    Empty,
    Tar,
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Lz4,
    Lzip,
    Zip,
    SevenZip,
    Compress,
    Rar,
    Html,
    Json,
    GitLfsPointer,
    Utf16Text,
    Utf8Text,
}
