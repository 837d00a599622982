using System.Diagnostics;

#pragma warning disable CS0436 // This assembly means its own type, not the one of .NET: that is the purpose.
#pragma warning disable CA1822 // The compiler calls these on instances.

// The compiler takes these types by their names for every async method of this assembly that returns Task or Task<T>.
namespace System.Runtime.CompilerServices;

/// <summary>
/// Starts and resumes async methods that return <see cref="Task"/>. The one of .NET is generic over the state machine in code of
/// .NET, so that its instantiations over our state machines cannot be compiled ahead: each async method cost four to seven methods
/// compiled at run time. These are compiled with this assembly (docs/decisions/0015).
/// </summary>
internal struct AsyncTaskMethodBuilder
{
    private AsyncTaskMethodBuilder<bool> _builder;

    /// <summary>The task of the method.</summary>
    public Task Task => _builder.Task;

    /// <summary>A builder at its start.</summary>
    public static AsyncTaskMethodBuilder Create() => default;

    /// <summary>Runs the method up to its first await of something that is not complete.</summary>
    [DebuggerStepThrough]
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => AsyncMethodStart.Run(ref stateMachine);

    /// <summary>Not used: state machines are copied by <see cref="StateMachineBox{TStateMachine}"/>.</summary>
    public void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Completes the task.</summary>
    public void SetResult() => _builder.SetResult(true);

    /// <summary>Fails the task, or cancels it if the exception says so.</summary>
    public void SetException(Exception exception) => _builder.SetException(exception);

    /// <summary>Resumes the method when the awaiter is complete.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>Resumes the method when the awaiter is complete; the box restores the execution context.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}

/// <summary>Starts and resumes async methods that return <see cref="Task{TResult}"/>.</summary>
internal struct AsyncTaskMethodBuilder<TResult>
{
    // .NET's own, which makes the tasks: it alone can keep the exception of a canceled task. After a wait it is part of the state
    // machine on the heap, which is cleared before the task completes, so that an awaiter does not keep the method's variables alive.
    private AsyncValueTaskMethodBuilder<TResult> _task;
    private StateMachineBox? _box;

    /// <summary>The task of the method.</summary>
    public Task<TResult> Task => _task.Task.AsTask();

    /// <summary>A builder at its start.</summary>
    public static AsyncTaskMethodBuilder<TResult> Create() => default;

    /// <summary>Runs the method up to its first await of something that is not complete.</summary>
    [DebuggerStepThrough]
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => AsyncMethodStart.Run(ref stateMachine);

    /// <summary>Not used: state machines are copied by <see cref="StateMachineBox{TStateMachine}"/>.</summary>
    public void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Completes the task.</summary>
    public void SetResult(TResult result)
    {
        if (_box is { } box)
        {
            var task = _task;
            box.Clear();
            task.SetResult(result);
        }
        else
        {
            _task.SetResult(result);
        }
    }

    /// <summary>Fails the task, or cancels it if the exception says so.</summary>
    public void SetException(Exception exception)
    {
        if (_box is { } box)
        {
            var task = _task;
            box.Clear();
            task.SetException(exception);
        }
        else
        {
            _task.SetException(exception);
        }
    }

    /// <summary>Resumes the method when the awaiter is complete.</summary>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Box(ref stateMachine).Resume);

    /// <summary>Resumes the method when the awaiter is complete; the execution context is the box's matter.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Box(ref stateMachine).Resume);

    // The task and the box are put into the builder before the state machine, which holds the builder, is copied into the box.
    private StateMachineBox Box<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var box = _box;
        if (box is null)
        {
            _ = _task.Task;
            var made = new StateMachineBox<TStateMachine>();
            _box = box = made;
            made.StateMachine = stateMachine;
        }

        box.Context = ExecutionContext.Capture();
        return box;
    }
}
