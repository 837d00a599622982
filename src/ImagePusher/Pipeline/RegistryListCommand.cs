using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that lists the content of a registry: a page is requested when all items of the previous page were written.</summary>
public abstract class RegistryListCommand : RegistryCommand
{
    /// <summary>The items of a list, each awaited on the pipeline thread when it is requested.</summary>
    /// <exception cref="ImagePusherException">The list ends with a failure.</exception>
    private protected IEnumerable<T> Each<T>(Func<CancellationToken, IAsyncEnumerable<T>> list)
    {
        var items = Await(token => Task.FromResult(list(token).GetAsyncEnumerator(token)));
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                // Only the first item of a page needs a wait.
                next = items.MoveNextAsync().AsTask();
                if (!(next.IsCompletedSuccessfully ? next.Result : Await(_ => next)))
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
        finally
        {
            Close(items, next);
        }
    }

    private static void Close<T>(IAsyncEnumerator<T> items, Task last)
    {
        try
        {
            // A stopped pipeline leaves a pending request, which ends now.
            last.GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is OperationCanceledException or ImagePusherException)
        {
            // Already reported to the caller that requested the item.
        }

        items.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
