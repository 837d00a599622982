using System.Management.Automation.Host;

namespace ImagePusher.Shell.Hosting;

/// <summary>The console's size and keys.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    // Wide enough for a log; a real terminal says its own width.
    private const int WidthOfLogs = 120;

    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);

    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    public override Size BufferSize { get => WindowSize; set => throw NoBuffer(); }

    public override Coordinates CursorPosition
    {
        get => Console.IsOutputRedirected ? default : new Coordinates(Console.CursorLeft, Console.CursorTop);
        set => Console.SetCursorPosition(value.X, value.Y);
    }

    public override int CursorSize { get => 25; set => throw NoBuffer(); }

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override Coordinates WindowPosition { get => default; set => throw NoBuffer(); }

    public override Size WindowSize
    {
        get
        {
            if (!Console.IsOutputRedirected && Console.WindowWidth > 0)
            {
                return new Size(Console.WindowWidth, Math.Max(Console.WindowHeight, 1));
            }

            return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0
                ? new Size(columns, 50)
                : new Size(WidthOfLogs, 50);
        }
        set => throw NoBuffer();
    }

    public override string WindowTitle
    {
        get => "";
        set
        {
            if (!Console.IsOutputRedirected)
            {
                Console.Title = value;
            }
        }
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Console.ReadKey((options & ReadKeyOptions.NoEcho) != 0);
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    public override int LengthInBufferCells(string source) => DisplayWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => DisplayWidth.Of(source.AsSpan(offset));

    public override int LengthInBufferCells(char source) => DisplayWidth.Of([source]);

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoBuffer();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw NoBuffer();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoBuffer();

    /// <summary>Clear-Host fills everything; that alone a stream can do.</summary>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (!Console.IsOutputRedirected)
        {
            Console.Clear();
        }
    }

    private static NotSupportedException NoBuffer() => new("A terminal's buffer cannot be read or changed from here.");
}
