using System.Reflection;
using System.Reflection.Emit;

namespace RecLab.Tests;

/// <summary>Reads which room uses which: from the compiled program, so that no spelling hides a use (signatures, base types, attributes, method bodies).</summary>
internal static class FloorPlan
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly OpCode[] OneByte = new OpCode[256], TwoByte = new OpCode[256];

    static FloorPlan()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? OneByte : TwoByte)[(byte)code.Value] = code;
        }
    }

    /// <summary>The room of a type of the app: the part of its namespace after "RecLab"; null for what is no room's.</summary>
    public static string? RoomOf(Type type) => type.Assembly == typeof(Program).Assembly && type.Namespace?.Split('.') is ["RecLab", var room, ..] ? room : null;

    /// <summary>Every use of one room by another, with the using and the used type.</summary>
    public static IEnumerable<(string From, string To, Type Using, Type Used)> Arrows(Assembly app) =>
        from type in app.GetTypes()
        let room = RoomOf(type)
        where room is not null
        from used in UsedBy(type).SelectMany(Parts).Distinct()
        let other = RoomOf(used)
        where other is not null && other != room
        select (room, other, type, used);

    private static IEnumerable<Type> UsedBy(Type type)
    {
        if (type.BaseType is { } parent) yield return parent;
        foreach (var i in type.GetInterfaces()) yield return i;
        foreach (var a in type.GetCustomAttributesData()) yield return a.AttributeType;
        foreach (var f in type.GetFields(Everything)) yield return f.FieldType;
        foreach (var p in type.GetProperties(Everything)) yield return p.PropertyType;
        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            if (method is MethodInfo { ReturnType: var returned }) yield return returned;
            foreach (var p in method.GetParameters()) yield return p.ParameterType;
            if (method.GetMethodBody() is not { } body) continue;
            foreach (var local in body.LocalVariables) yield return local.LocalType;
            foreach (var used in InBody(method, body.GetILAsByteArray()!)) yield return used;
        }
    }

    private static IEnumerable<Type> InBody(MethodBase method, byte[] il)
    {
        foreach (var member in MembersIn(method, il))
        {
            if ((member as Type ?? member.DeclaringType) is { } owner) yield return owner;
            if (member is MethodInfo { IsGenericMethod: true } generic) foreach (var argument in generic.GetGenericArguments()) yield return argument;
            if (member is MethodInfo { ReturnType: var returned }) yield return returned;
            if (member is FieldInfo { FieldType: var held }) yield return held;
        }
    }

    /// <summary>Every member that the body of a method names: what it calls, makes, reads, or hands on as a delegate.</summary>
    public static IEnumerable<MemberInfo> MembersIn(MethodBase method) => method.GetMethodBody() is { } body ? MembersIn(method, body.GetILAsByteArray()!) : [];

    private static IEnumerable<MemberInfo> MembersIn(MethodBase method, byte[] il)
    {
        var typeArguments = method.DeclaringType is { IsGenericType: true } d ? d.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = il[at++] is var first && first == 0xFE ? TwoByte[il[at++]] : OneByte[first];
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments)!;
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    /// <summary>A type and what it is made of: element type, generic arguments.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }
}
