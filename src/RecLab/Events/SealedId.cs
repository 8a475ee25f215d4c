using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RecLab.Events;

/// <summary>The id of a served list as the outside sees it: a UUIDv7, a dot and a seal. Whoever invents an id, or uses one for another list, cannot make the seal.</summary>
/// <param name="Id">The list.</param>
/// <param name="Seal">96 bits of an HMAC-SHA256, base64url, 16 characters.</param>
public readonly record struct SealedId(Guid Id, string Seal)
{
    private const int SealLength = 16;

    public override string ToString() => $"{Id:D}.{Seal}";

    /// <summary>Reads the shape only; whether the seal is right is the sealer's business.</summary>
    public static bool TryParse(string? text, out SealedId id)
    {
        id = default;
        if (text is null || text.Length != 36 + 1 + SealLength || text[36] != '.' || !Guid.TryParseExact(text.AsSpan(0, 36), "D", out var guid)) return false;
        foreach (var c in text.AsSpan(37))
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        id = new(guid, text[37..]);
        return true;
    }
}

/// <summary>Makes and checks seals. Several nodes share the key through the database.</summary>
/// <param name="key">32 random bytes.</param>
public sealed class IdSealer(byte[] key)
{
    private const int SealBytes = 12;

    /// <summary>The seal over the list's id and what must not be exchanged: placement, experiment, phase, arm, variant, unit and whether it is simulated.</summary>
    public SealedId Seal(Exposure list)
    {
        var placement = Encoding.UTF8.GetByteCount(list.Placement);
        var unit = Encoding.UTF8.GetByteCount(list.Unit);
        Span<byte> text = stackalloc byte[2048];
        if (placement + unit + 64 > text.Length) text = new byte[placement + unit + 64];
        list.Id.TryWriteBytes(text, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(text[16..], list.Experiment);
        BinaryPrimitives.WriteInt32LittleEndian(text[20..], list.Phase);
        BinaryPrimitives.WriteInt32LittleEndian(text[24..], list.Arm);
        BinaryPrimitives.WriteInt32LittleEndian(text[28..], list.Variant);
        BinaryPrimitives.WriteInt32LittleEndian(text[32..], list.Simulated ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(text[36..], placement); // the length keeps the two texts apart
        Encoding.UTF8.GetBytes(list.Placement, text[40..]);
        Encoding.UTF8.GetBytes(list.Unit, text[(40 + placement)..]);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, text[..(40 + placement + unit)], mac);
        return new(list.Id, Base64Url.EncodeToString(mac[..SealBytes]));
    }

    /// <summary>Whether the seal is this list's; takes the same time for every wrong answer.</summary>
    public bool Belongs(SealedId id, Exposure list) =>
        id.Id == list.Id && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(id.Seal), Encoding.ASCII.GetBytes(Seal(list).Seal));
}
