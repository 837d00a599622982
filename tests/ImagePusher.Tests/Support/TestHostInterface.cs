using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace ImagePusher.Tests.Support;

/// <summary>The part of <see cref="TestHost"/> that displays text and prompts.</summary>
internal sealed class TestHostInterface : PSHostUserInterface
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _questions = [];

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public IReadOnlyList<string> Questions => _questions;

    public Queue<int> Answers { get; } = new();

    public override PSHostRawUserInterface RawUI { get; } = new TestHostScreen();

    public override void Write(string value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    public override void WriteLine(string value) => Write(value + "\n");

    public override void WriteErrorLine(string value) => WriteLine(value);

    public override void WriteWarningLine(string message) => WriteLine($"WARNING: {message}");

    public override void WriteVerboseLine(string message) => WriteLine($"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => WriteLine($"DEBUG: {message}");

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        _questions.Add($"{caption}\n{message}");
        return Answers.TryDequeue(out var answer) ? answer : throw new InvalidOperationException($"No answer is queued for: {message}");
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw new InvalidOperationException($"No answer is queued for: {message}");

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new InvalidOperationException($"No answer is queued for: {message}");

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) =>
        throw new InvalidOperationException($"No answer is queued for: {message}");

    public override string ReadLine() => throw new InvalidOperationException("The test host has no console input.");

    public override SecureString ReadLineAsSecureString() => throw new InvalidOperationException("The test host has no console input.");
}
