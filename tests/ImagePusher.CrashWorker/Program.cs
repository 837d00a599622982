using System.Globalization;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.CrashWorker;

// save PATH NAME                        saves one image, and writes an error on one line
// copy PATH NAME TARGET                copies a cached image into a layout, and writes an error on one line
// collect PATH                          collects garbage without a grace period, and writes the number of removed blobs
// default-cache                         writes the path of the default cache, or an error, on one line
// loop PATH OWNER TARS SEED SECONDS GRACE
//                                       saves, imports the tars of a folder, removes and collects garbage; a line on standard
//                                       output after each step
switch (args)
{
    case ["save", var path, var name]:
        return await TryAsync(async () =>
        {
            await new WorkerImage(1, [1, 2]).SaveAsync(ImageCache.Open(path), name);
            return "saved";
        });

    case ["copy", var path, var name, var target]:
        return await TryAsync(async () =>
        {
            await ImageTransfer.CopyAsync(ImageEndpoint.Cache(name, path), ImageEndpoint.Layout(target));
            return "copied";
        });

    case ["collect", var path]:
        return await TryAsync(async () =>
        {
            var report = await ImageCache.Open(path).CollectGarbageAsync(gracePeriod: TimeSpan.FromDays(-1));
            return string.Create(CultureInfo.InvariantCulture, $"{report.Blobs} removed");
        });

    case ["default-cache"]:
        return await TryAsync(() => Task.FromResult(ImageCache.DefaultPath));

    case ["loop", var path, var owner, var tars, var seed, var seconds, var grace]:
        await new WorkerLoop(path, owner, Directory.GetFiles(tars), Number(seed), Seconds(grace)).RunAsync(Seconds(seconds));
        return 0;

    default:
        Console.Error.WriteLine(
            "usage: save PATH NAME | copy PATH NAME TARGET | collect PATH | default-cache | loop PATH OWNER TARS SEED SECONDS GRACE");
        return 2;
}

static async Task<int> TryAsync(Func<Task<string>> action)
{
    try
    {
        Console.WriteLine(await action());
        return 0;
    }
    catch (ImagePusherException error)
    {
        Console.WriteLine($"{error.GetType().Name}: {error.Message} {error.RecommendedAction}");
        return 1;
    }
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
