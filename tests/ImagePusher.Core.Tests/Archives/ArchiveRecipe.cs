using CsCheck;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>The recipe of a generated archive for <see cref="ArchiveGenerator"/>.</summary>
/// <param name="Form">0 docker archive, 1 OCI archive, 2 archive of Docker 25.</param>
/// <param name="Images">The images.</param>
/// <param name="Style">The form of names and sizes in the tar's headers.</param>
/// <param name="Dotted">True for names that begin with <c>./</c>.</param>
/// <param name="Order">The seed of the order of entries; 0 for the order in which tools write them.</param>
/// <param name="Outer">0 uncompressed, 1 gzip, 2 zstd.</param>
/// <param name="Changes">The changes afterwards; none for an archive that must be readable.</param>
internal sealed record ArchiveRecipe(int Form, ArchiveRecipe.Image[] Images, TarStyle Style, bool Dotted, int Order, int Outer,
    ArchiveRecipe.Change[] Changes)
{
    public static Gen<ArchiveRecipe> Gen { get; } = CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 2],
        GenImage.Array[1, 3],
        CsCheck.Gen.Int[0, 3],
        CsCheck.Gen.Bool,
        CsCheck.Gen.Int[0, 1000],
        CsCheck.Gen.Frequency((8, CsCheck.Gen.Const(0)), (1, CsCheck.Gen.Const(1)), (1, CsCheck.Gen.Const(2))),
        CsCheck.Gen.Frequency((1, CsCheck.Gen.Const(Array.Empty<Change>())), (4, GenChange.Array[1, 3])),
        (form, images, style, dotted, order, outer,
            changes) => new ArchiveRecipe(form, images, (TarStyle)style, dotted, order, outer, changes));

    private static Gen<Image> GenImage => CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 3], CsCheck.Gen.Int[0, 4], CsCheck.Gen.Int[0, 8], CsCheck.Gen.Int[0, 3], CsCheck.Gen.Int[0, 3],
        (layers, seed, name, links, index) => new Image(layers, seed, name, links, index));

    private static Gen<Change> GenChange => CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 10], CsCheck.Gen.Int[0, 1_000_000], CsCheck.Gen.Int[0, 1_000_000],
        (kind, place, value) => new Change(kind, place, value));

    /// <summary>One image.</summary>
    /// <param name="Layers">The number of layers.</param>
    /// <param name="Seed">The seed of the layers; images with one seed share them.</param>
    /// <param name="Name">Which kind of name it has.</param>
    /// <param name="Links">0 files, 1 symbolic links, 2 hard links, 3 layers compressed by gzip.</param>
    /// <param name="Index">0 a manifest, 1 an index of it, 2 an index with an absent platform, 3 with an attestation; layouts only.</param>
    internal sealed record Image(int Layers, int Seed, int Name, int Links, int Index);

    /// <summary>One change of the archive.</summary>
    /// <param name="Kind">The kind of change.</param>
    /// <param name="Place">Where, modulo the number of places.</param>
    /// <param name="Value">The new value.</param>
    internal sealed record Change(int Kind, int Place, int Value);

    public override string ToString() =>
        $"form {Form}, {Style}{(Dotted ? " dotted" : "")}, order {Order}, outer {Outer}, "
            + $"{string.Join(' ', Images.Select(image => image.ToString()))}, "
            + $"{string.Join(' ', Changes.Select(change => change.ToString()))}";
}
