using System.Runtime.CompilerServices;

namespace ImagePusher.Core.Tests.Shared;

/// <summary>Async methods of this project, whose builder is its own (src/Shared), do what async methods of .NET do.</summary>
public sealed class AsyncMethodTests
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Theory]
    [InlineData(typeof(ImageTransfer))]
    [InlineData(typeof(LocalRegistry.LocalRegistryServer))]
    [InlineData(typeof(AsyncMethodTests))]
    public void Every_task_of_an_assembly_is_created_by_the_shared_builder(Type ofAssembly)
    {
        var builders = ofAssembly.Assembly.GetTypes()
            .Where(type => typeof(IAsyncStateMachine).IsAssignableFrom(type) && type.Name.Contains('>', StringComparison.Ordinal))
            .SelectMany(type => type.GetFields().Where(field => field.Name.EndsWith("__builder", StringComparison.Ordinal)))
            .Where(field => field.FieldType.Name.StartsWith("AsyncTaskMethodBuilder", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(builders);
        Assert.All(builders, field => Assert.StartsWith("ImagePusher.", field.FieldType.Assembly.GetName().Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Results_arrive_before_and_after_a_wait()
    {
        Assert.Equal(3, await AddAsync(Task.FromResult(1), Task.FromResult(2)));
        var later = new TaskCompletionSource<int>();
        var sum = AddAsync(Task.FromResult(1), later.Task);
        Assert.False(sum.IsCompleted);
        later.SetResult(2);
        Assert.Equal(3, await sum);
    }

    [Fact]
    public async Task A_method_that_waits_many_times_keeps_its_locals()
    {
        var steps = Enumerable.Range(0, 100).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously))
            .ToList();
        var sum = SumAsync(steps.Select(step => step.Task));
        foreach (var (number, step) in steps.Index())
        {
            step.SetResult(number);
        }

        Assert.Equal(4950, await sum);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_keeps_its_exception_and_its_stack_trace(bool afterWait)
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => FailAsync(afterWait, new InvalidDataException("broken")));
        Assert.Equal("broken", error.Message);
        Assert.Contains(nameof(FailAsync), error.StackTrace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_canceled_method_is_canceled_and_keeps_its_exception(bool afterWait)
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var thrown = new TaskCanceledException("too slow", new TimeoutException(), source.Token);
        var task = FailAsync(afterWait, thrown);
        var caught = await Assert.ThrowsAsync<TaskCanceledException>(() => task);
        Assert.True(task.IsCanceled);
        Assert.Same(thrown, caught);
        Assert.IsType<TimeoutException>(caught.InnerException);
    }

    [Fact]
    public async Task The_context_of_a_method_is_restored_after_a_wait_and_does_not_flow_to_its_caller()
    {
        s_local.Value = "caller";
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = ChangeLocalAsync(wait.Task);
        Assert.Equal("caller", s_local.Value);
        wait.SetResult();
        Assert.Equal("callee", await task);
        Assert.Equal("caller", s_local.Value);
    }

    [Fact]
    public async Task A_synchronous_method_does_not_change_the_context_of_its_caller()
    {
        s_local.Value = "caller";
        Assert.Equal("callee", await ChangeLocalAsync(Task.CompletedTask));
        Assert.Equal("caller", s_local.Value);
    }

    [Fact]
    public async Task A_method_continues_without_a_context()
    {
        var wait = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> sum;
        using (ExecutionContext.SuppressFlow())
        {
            sum = AddAsync(wait.Task, Task.FromResult(1));
        }

        wait.SetResult(1);
        Assert.Equal(2, await sum);
    }

    [Fact]
    public async Task A_completed_method_releases_its_variables()
    {
        var wait = new TaskCompletionSource();
        var (task, held) = Hold(wait.Task);
        wait.SetResult(); // The method continues and ends within this call.
        Assert.Equal(7, await task);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(held.IsAlive);
        GC.KeepAlive(task);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Task<int> Task, WeakReference Held) Hold(Task wait)
    {
        var array = new byte[7];
        return (LengthAsync(array, wait), new WeakReference(array));
    }

    private static async Task<int> LengthAsync(byte[] bytes, Task wait)
    {
        await wait.ConfigureAwait(false);
        return bytes.Length;
    }

    private static async Task<int> AddAsync(Task<int> first, Task<int> second) => await first + await second;

    private static async Task<int> SumAsync(IEnumerable<Task<int>> parts)
    {
        var sum = 0;
        foreach (var part in parts)
        {
            sum += await part.ConfigureAwait(false);
        }

        return sum;
    }

    private static async Task FailAsync(bool afterWait, Exception error)
    {
        if (afterWait)
        {
            await Task.Yield();
        }

        throw error;
    }

    private static async Task<string?> ChangeLocalAsync(Task wait)
    {
        s_local.Value = "callee";
        await wait;
        return s_local.Value;
    }
}
