using ImagePusher.AheadProfile;

switch (args)
{
    // From the log of a process that compiled everything at run time, the list of methods.
    case ["list", var log, var output]:
        File.WriteAllLines(output, JitLog.Methods(log));
        return 0;

    // Before the compiler: a copy of an assembly in which the methods that are not on the list are marked as not to be compiled.
    case ["mark", var assembly, var list, var output]:
        var methods = new MethodList(File.ReadLines(list));
        var marked = new AssemblyFile(assembly);
        marked.SetFlags((type, method) => methods.Contains(type, method) ? null : AssemblyFile.NotCompiledAhead);
        marked.Save(output);
        return 0;

    // After the compiler: the marks are removed from what it made, so that the runtime treats these methods as all others.
    case ["unmark", var assembly, var compiled]:
        var original = new AssemblyFile(assembly);
        var result = new AssemblyFile(compiled);
        result.CopyFlags(original);
        result.Save(compiled);
        return 0;

    default:
        Console.Error.WriteLine("list LOG OUTPUT | mark ASSEMBLY METHODS OUTPUT | unmark ASSEMBLY COMPILED");
        return 1;
}
