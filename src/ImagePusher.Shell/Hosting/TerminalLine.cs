using System.Security;
using System.Text;

namespace ImagePusher.Shell.Hosting;

/// <summary>A line typed at a terminal, key by key: with Backspace, Ctrl+U, Ctrl+D and a history on the arrow keys.</summary>
internal sealed class TerminalLine
{
    private readonly List<string> _history = [];
    private Task<ConsoleKeyInfo>? _key;

    public void Remember(string line)
    {
        if (_history.Count == 0 || _history[^1] != line)
        {
            _history.Add(line);
        }
    }

    /// <returns>The line; null after Ctrl+D on an empty one.</returns>
    public string? Read(CancellationToken cancel)
    {
        var line = new StringBuilder();
        var age = _history.Count;
        while (true)
        {
            var key = NextKey(cancel);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Out.WriteLine();
                    return line.ToString();
                case ConsoleKey.D when key.Modifiers == ConsoleModifiers.Control && line.Length == 0:
                    Console.Out.WriteLine();
                    return null;
                case ConsoleKey.Backspace:
                    Erase(line, 1);
                    break;
                case ConsoleKey.U when key.Modifiers == ConsoleModifiers.Control:
                    Erase(line, line.Length);
                    break;
                case ConsoleKey.UpArrow when age > 0:
                    Replace(line, _history[--age]);
                    break;
                case ConsoleKey.DownArrow when age < _history.Count:
                    age++;
                    Replace(line, age < _history.Count ? _history[age] : "");
                    break;
                default:
                    Append(line, key.KeyChar);
                    break;
            }
        }
    }

    public SecureString ReadSecret(SecureString secret, CancellationToken cancel)
    {
        while (NextKey(cancel) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }

        Console.Out.WriteLine();
        return secret;
    }

    /// <summary>A wait that Ctrl+C ended leaves its read behind; the next wait takes that key.</summary>
    private ConsoleKeyInfo NextKey(CancellationToken cancel)
    {
        _key ??= Task.Run(() => Console.ReadKey(intercept: true), CancellationToken.None);
        _key.Wait(cancel);
        var key = _key.GetAwaiter().GetResult();
        _key = null;
        return key;
    }

    private static void Append(StringBuilder line, char character)
    {
        if (!char.IsControl(character))
        {
            line.Append(character);
            Console.Out.Write(character);
        }
    }

    private static void Replace(StringBuilder line, string text)
    {
        Erase(line, line.Length);
        line.Append(text);
        Console.Out.Write(text);
    }

    private static void Erase(StringBuilder line, int count)
    {
        for (; count > 0 && line.Length > 0; count--)
        {
            var width = DisplayWidth.Of([line[^1]]);
            line.Length--;
            Console.Out.Write(string.Concat(Enumerable.Repeat("\b \b", width)));
        }
    }
}
