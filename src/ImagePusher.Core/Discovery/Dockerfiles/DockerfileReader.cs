using ImagePusher.Core.Discovery.Formats;
using ImagePusher.Core.Discovery.Yaml;
using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Discovery.Dockerfiles;

/// <summary>
/// Reads the images of a Dockerfile: FROM, <c>COPY --from</c>, <c>RUN --mount=from=</c> and the directive <c>syntax</c>. Stages of the
/// file and <c>scratch</c> are not images.
/// </summary>
/// <param name="collector">Receives the references.</param>
/// <param name="block">The block of a compose file that is the Dockerfile; null for the whole file.</param>
/// <param name="path">The path of the block, with a colon; empty for a file.</param>
/// <param name="variables">The variables of the compose file; null for none.</param>
internal sealed class DockerfileReader(
    ReferenceCollector collector, SourceNode? block = null, string path = "", IReadOnlyDictionary<string, string>? variables = null)
{
    private const string Scratch = "scratch";

    private static readonly HashSet<string> Keywords =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
        "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    private readonly Dictionary<string, string> _arguments = new(variables ?? new Dictionary<string, string>(), StringComparer.Ordinal);
    private readonly HashSet<string> _stages = new(StringComparer.OrdinalIgnoreCase);
    private long _argumentCharacters;
    private bool _hasStage;
    private char _escape;

    private string Kind => block is null ? ReferenceKinds.Dockerfile : ReferenceKinds.Compose;

    private VariableValues Values => new(_arguments, _escape);

    /// <summary>Reads the file up to the first instruction that is not valid.</summary>
    public void Read()
    {
        var source = collector.Source;
        var parser = new DockerfileParser(source, block is null ? DockerfileLines.Of(source) : DockerfileLines.Of(source, block));
        try
        {
            foreach (var instruction in parser.Read())
            {
                _escape = instruction.Escape;
                Read(instruction);
            }
        }
        catch (InvalidFileException error)
        {
            collector.Errors.Add(error);
        }

        if (parser.Syntax is { } syntax)
        {
            Add((syntax.Offset, true), syntax.Value, "# syntax");
        }
    }

    private void Read(DockerfileInstruction instruction)
    {
        switch (instruction.Keyword)
        {
            case "FROM":
                ReadFrom(instruction);
                break;
            case "ARG" when !_hasStage:
                ReadArguments(instruction);
                break;
            case "COPY":
                ReadCopy(instruction);
                break;
            case "RUN":
                ReadRun(instruction);
                break;
            case "ONBUILD" when instruction.Words.Count > 1 && !IsTrigger(instruction.Words[1]):
                Read(instruction.Triggered());
                break;
            case var keyword when !Keywords.Contains(keyword):
                throw collector.Source.Invalid(
                    instruction.Offset, $"'{TerminalText.Quote(instruction.Words[0].Text)}' is not an instruction of a Dockerfile");
        }
    }

    private void ReadFrom(DockerfileInstruction instruction)
    {
        var words = instruction.Words.Skip(1).SkipWhile(IsFlag).ToList();
        if (words.Count == 0)
        {
            throw collector.Source.Invalid(instruction.Offset, "FROM has no image");
        }

        var image = Values.Expand(InBlock(words[0].Value));
        if (!(image.Problem is null && (image.Text == Scratch || _stages.Contains(image.Text))))
        {
            Add(words[0].Position, words[0].Value, "FROM", Values);
        }

        // After its own image: a stage may have the name of the image that it starts from.
        _hasStage = true;
        if (words.Count > 2 && words[1].Text.Equals("AS", StringComparison.OrdinalIgnoreCase))
        {
            _stages.Add(words[2].Value);
        }
    }

    // FROM can use only arguments before the first FROM; a default may use earlier ones.
    private void ReadArguments(DockerfileInstruction instruction)
    {
        foreach (var word in instruction.Words.Skip(1))
        {
            var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
            var text = word.From(equals + 1).Text.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
            if (equals > 0 && Values.Expand(InBlock(text)) is { Problem: null } value)
            {
                Count(equals + value.Text.Length);
                _arguments[word.Text[..equals]] = value.Text;
            }
        }
    }

    // A few bytes of each argument can represent the longest text that an argument before it has.
    private void Count(int characters)
    {
        if ((_argumentCharacters += characters) > DiscoveryLimits.ArgumentCharacters)
        {
            throw new LimitExceededException(
                $"The arguments of '{collector.Source.Path}' have more than {DiscoveryLimits.ArgumentCharacters} characters.",
                "Split the file.");
        }
    }

    private void ReadCopy(DockerfileInstruction instruction)
    {
        foreach (var flag in instruction.Words.Skip(1).TakeWhile(IsFlag).Where(flag => HasName(flag, "--from=")))
        {
            AddUnlessStage(flag.From("--from=".Length), "COPY --from");
        }
    }

    private void ReadRun(DockerfileInstruction instruction)
    {
        foreach (var flag in instruction.Words.Skip(1).TakeWhile(IsFlag).Where(flag => HasName(flag, "--mount=")))
        {
            var start = "--mount=".Length;
            foreach (var option in flag.Text[start..].Split(','))
            {
                if (option.StartsWith("from=", StringComparison.OrdinalIgnoreCase))
                {
                    AddUnlessStage(flag.Part(start + 5, option[5..]), "RUN --mount from");
                }

                start += option.Length + 1;
            }
        }
    }

    private void AddUnlessStage(DockerfileWord word, string why)
    {
        if (word.Value != Scratch && !_stages.Contains(word.Value) && !word.Value.All(char.IsAsciiDigit))
        {
            Add(word.Position, word.Value, why);
        }
    }

    private void Add((int Offset, bool IsVerbatim) position, string value, string why, VariableValues? values = null) =>
        collector.Add(position, InBlock(value), Kind, path + why, values);

    // Compose expands variables first; one of the Dockerfile has its dollar sign twice.
    private string InBlock(string value) => block is null ? value : value.Replace("$$", "$", StringComparison.Ordinal);

    // Docker allows no ONBUILD within ONBUILD.
    private static bool IsTrigger(DockerfileWord word) => word.Text.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase);

    private static bool IsFlag(DockerfileWord word) => word.Text.StartsWith("--", StringComparison.Ordinal);

    private static bool HasName(DockerfileWord flag, string name) => flag.Text.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
