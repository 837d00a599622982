namespace ImagePusher.Shell.Hosting;

/// <summary>The console's sixteen colours as terminal sequences.</summary>
internal static class AnsiColors
{
    // In the order of ConsoleColor: black, dark blue … white.
    private static readonly int[] Foregrounds = [30, 34, 32, 36, 31, 35, 33, 37, 90, 94, 92, 96, 91, 95, 93, 97];

    public static string Wrap(ConsoleColor foreground, ConsoleColor background, string value)
    {
        var start = Sequence(foreground, 0) + Sequence(background, 10);
        return start.Length == 0 ? value : start + value + "\x1b[0m";
    }

    private static string Sequence(ConsoleColor color, int offset) =>
        Enum.IsDefined(color) ? $"\x1b[{Foregrounds[(int)color] + offset}m" : "";
}
