namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>One reader of input that an outsider sends.</summary>
/// <param name="Name">Its name, and the name of its folder in the corpus.</param>
/// <param name="Kind">How the input is mutated.</param>
/// <param name="Run">Reads one input.</param>
/// <param name="IsExpected">True for an exception that the reader documents, apart from <see cref="ImagePusherException"/>.</param>
internal sealed record FuzzTarget(string Name, FuzzKind Kind, Func<byte[], Task> Run, Func<Exception, bool> IsExpected)
{
    /// <summary>A reader whose typed errors are the only ones.</summary>
    public FuzzTarget(string name, FuzzKind kind, Func<byte[], Task> run)
        : this(name, kind, run, _ => false)
    {
    }

    /// <summary>A reader that is synchronous, and the exceptions that it documents.</summary>
    public static FuzzTarget Of(string name, FuzzKind kind, Action<byte[]> run, params Type[] expected) => new(
        name, kind, input =>
        {
            run(input);
            return Task.CompletedTask;
        },
        error => Array.Exists(expected, type => type.IsInstanceOfType(error)));

    public override string ToString() => Name;
}
