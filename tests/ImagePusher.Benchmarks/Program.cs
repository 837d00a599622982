using BenchmarkDotNet.Running;
using ImagePusher.Benchmarks;
using ImagePusher.Benchmarks.Report;

// dotnet run -c Release --project tests/ImagePusher.Benchmarks -- [--quick] [--images DIR] [--pairs N] [--only TEXT] [--storage DIR]
//     [--module FILE]
// dotnet run -c Release --project tests/ImagePusher.Benchmarks -- --micro [BenchmarkDotNet's own options]
if (args.Contains("--micro"))
{
    BenchmarkSwitcher.FromAssembly(typeof(BenchSettings).Assembly).Run([.. args.Where(argument => argument != "--micro")]);
    return;
}

var settings = BenchSettings.Parse(args);
await using var bench = await Bench.StartAsync(settings);
var results = await bench.RunAsync();
Console.WriteLine();
Console.WriteLine(MarkdownTable.Of(results));
if (!settings.IsPartial)
{
    PerformancePage.Write(settings, results);
}
