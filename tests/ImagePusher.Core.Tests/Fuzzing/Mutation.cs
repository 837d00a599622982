using CsCheck;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>How one input is made from the corpus. CsCheck generates it and shrinks a failing one.</summary>
/// <param name="Seed">The seed, modulo their number.</param>
/// <param name="Changes">The changes, in order.</param>
internal sealed record Mutation(int Seed, Mutation.Change[] Changes)
{
    public static Gen<Mutation> Gen { get; } = CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 1_000_000], GenChange.Array[1, 6], (seed, changes) => new Mutation(seed, changes));

    private static Gen<Change> GenChange => CsCheck.Gen.Select(
        CsCheck.Gen.Int[0, 1_000_000], CsCheck.Gen.Int[0, 1_000_000], CsCheck.Gen.Int[0, 1_000_000], CsCheck.Gen.Int[0, 1_000_000],
        (kind, place, value, other) => new Change(kind, place, value, other));

    /// <summary>Makes the input.</summary>
    public byte[] Apply(FuzzKind kind, IReadOnlyList<(string Name, byte[] Content)> seeds)
    {
        var input = seeds[Seed % seeds.Count].Content;
        foreach (var change in Changes)
        {
            var other = seeds[change.Other % seeds.Count].Content;
            input = kind switch
            {
                FuzzKind.Json => JsonMutator.Apply(input, change, other),
                FuzzKind.Lines => LineMutator.Apply(input, change, other),
                FuzzKind.Tar => TarMutator.Apply(input, change, other),
                _ => TextMutator.Apply(input, change, other),
            };
        }

        return input;
    }

    public override string ToString() => $"seed {Seed}: {string.Join(", ", Changes.Select(change => change.ToString()))}";

    /// <summary>One change; each number counts modulo the number of possibilities.</summary>
    /// <param name="Kind">The kind of change.</param>
    /// <param name="Place">Where.</param>
    /// <param name="Value">The new value.</param>
    /// <param name="Other">A second place, or another seed.</param>
    internal sealed record Change(int Kind, int Place, int Value, int Other);
}
