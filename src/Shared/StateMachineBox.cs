#pragma warning disable CS0436 // Each assembly has its own; those that see internals of another mean their own.

namespace System.Runtime.CompilerServices;

/// <summary>A state machine of an async method on the heap, while it waits.</summary>
internal abstract class StateMachineBox
{
    private static readonly ContextCallback s_moveNext = static box => ((StateMachineBox)box!).MoveNext();

    protected StateMachineBox() => Resume = RunNext;

    /// <summary>Continues the method in its execution context.</summary>
    public Action Resume { get; }

    /// <summary>The execution context at the await; null if its flow is suppressed.</summary>
    public ExecutionContext? Context { get; set; }

    /// <summary>Releases what the completed method held; an awaiter may keep the box.</summary>
    public abstract void Clear();

    protected abstract void MoveNext();

    private void RunNext()
    {
        if (Context is { } context)
        {
            ExecutionContext.Run(context, s_moveNext, this);
        }
        else
        {
            MoveNext();
        }
    }
}

/// <inheritdoc/>
internal sealed class StateMachineBox<TStateMachine> : StateMachineBox
    where TStateMachine : IAsyncStateMachine
{
    /// <summary>The state machine; a field, because its methods change it in place.</summary>
    public TStateMachine? StateMachine;

    public override void Clear()
    {
        StateMachine = default;
        Context = null;
    }

    protected override void MoveNext() => StateMachine!.MoveNext();
}

/// <summary>The synchronous part of an async method.</summary>
internal static class AsyncMethodStart
{
    /// <summary>Runs it; what it changes in the context of the thread is not the caller's.</summary>
    public static void Run<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var context = ExecutionContext.Capture();
        var synchronization = SynchronizationContext.Current;
        try
        {
            stateMachine.MoveNext();
        }
        finally
        {
            if (SynchronizationContext.Current != synchronization)
            {
                SynchronizationContext.SetSynchronizationContext(synchronization);
            }

            if (context is not null && ExecutionContext.Capture() != context)
            {
                ExecutionContext.Restore(context);
            }
        }
    }
}
