/// Which trace a request belongs to, and which span of it sends it: W3C Trace Context, the header `traceparent`. So that what a
/// build and a server log of one request can be found by one id, and beside what other programs of a pipeline say.
public struct TraceContext: Hashable, Sendable {
    /// The header, and, in capitals, the environment variable in which CI systems hand it on.
    public static let headerName = "traceparent"

    /// 32 lower-case hexadecimal digits, not all 0.
    public let traceID: String
    /// 16 lower-case hexadecimal digits, not all 0.
    public let spanID: String
    /// Whether the sender records its spans.
    public let isSampled: Bool

    /// Reads a header's value; `nil` for what is none. Of versions later than 00 only the parts that 00 has are read.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, bytes[2] == 0x2d, bytes[35] == 0x2d, bytes[52] == 0x2d else { return nil }
        let (version, trace, span, flags) = (bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55])
        guard [version, trace, span, flags].allSatisfy({ $0.allSatisfy(Self.isDigit) }) else { return nil }
        guard !version.elementsEqual("ff".utf8), trace.contains(where: { $0 != 0x30 }),
            span.contains(where: { $0 != 0x30 })
        else { return nil }
        if version.elementsEqual("00".utf8) {
            guard bytes.count == 55 else { return nil }
        } else if bytes.count > 55 {
            guard bytes[55] == 0x2d else { return nil }
        }
        traceID = String(decoding: trace, as: UTF8.self)
        spanID = String(decoding: span, as: UTF8.self)
        isSampled = (UInt8(String(decoding: flags, as: UTF8.self), radix: 16) ?? 0) & 1 == 1
    }

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// A trace of its own.
    public init(using random: inout some RandomNumberGenerator) {
        self.init(
            traceID: Self.digits(&random) + Self.digits(&random), spanID: Self.digits(&random), isSampled: true)
    }

    /// Another span of the same trace.
    public func child(using random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.digits(&random), isSampled: isSampled)
    }

    /// The header's value.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private static func digits(_ random: inout some RandomNumberGenerator) -> String {
        let number = String(UInt64.random(in: 1...UInt64.max, using: &random), radix: 16)
        return String(repeating: "0", count: 16 - number.count) + number
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}
