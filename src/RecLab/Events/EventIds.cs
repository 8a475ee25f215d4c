using System.Security.Cryptography;
using System.Text;

namespace RecLab.Events;

/// <summary>The key under which an event is stored.</summary>
public static class EventIds
{
    /// <summary>A UUID stands for itself, so that time-ordered ids (UUIDv7) are stored in order; any other text for the first 16 bytes of its SHA-256.</summary>
    public static Guid Of(string eventId)
    {
        if (Guid.TryParseExact(eventId, "D", out var id)) return id;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(eventId), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>As 16 bytes whose order is the order of time for UUIDv7.</summary>
    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);
}
