using System.Globalization;
using System.Management.Automation.Host;

namespace ImagePusher.Tests.Support;

/// <summary>A console that records its output.</summary>
internal sealed class TestHost : PSHost
{
    private readonly TestHostInterface _interface = new();

    /// <summary>Everything that was shown.</summary>
    public string Text => _interface.Text;

    /// <summary>The prompts, such as those of -Confirm.</summary>
    public IReadOnlyList<string> Questions => _interface.Questions;

    /// <summary>The numbers of the choices that answer coming questions.</summary>
    public Queue<int> Answers => _interface.Answers;

    /// <summary>How many columns it has.</summary>
    public int Width
    {
        get => _interface.RawUI.BufferSize.Width;
        set => _interface.RawUI.BufferSize = new Size(value, 50);
    }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "ImagePusher tests";

    public override PSHostUserInterface UI => _interface;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }
}
