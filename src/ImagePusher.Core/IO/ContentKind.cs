namespace ImagePusher.Core.IO;

/// <summary>What content is by its first bytes.</summary>
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
