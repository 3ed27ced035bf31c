internal import Chunking
internal import SystemPackage

/// Writes a tar (ustar, with pax headers where ustar is too small for a row) in large parts. The same rows and bytes
/// always give the same tar: times are whole seconds, and nothing of the machine gets in.
struct TarWriter: ~Copyable {
    typealias Sink = (RawSpan) throws -> Void

    static let bufferBytes = 256 << 10
    static let blockBytes: UInt64 = 512

    private var buffer: [UInt8]
    private var used = 0

    init() {
        buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
    }

    /// Writes the header of `entry`; of a file, its `size` bytes must follow.
    mutating func begin(_ entry: Entry, to sink: Sink) throws {
        let headers = try TarHeaderEncoder.encode(entry)
        try unsafe write(headers.span.bytes, to: sink)
    }

    /// Writes a part of the present file's bytes.
    mutating func write(_ bytes: RawSpan, to sink: Sink) throws {
        var offset = 0
        while offset < bytes.byteCount {
            if used == buffer.count { try flush(to: sink) }
            let count = min(bytes.byteCount - offset, buffer.count - used)
            let part = bytes.extracting(offset..<(offset + count))
            unsafe buffer.withUnsafeMutableBytes { target in
                unsafe part.withUnsafeBytes { source in
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[used...]).copyMemory(from: source)
                }
            }
            used += count
            offset += count
        }
    }

    /// Fills the last block of a file of `size` bytes.
    mutating func pad(_ size: UInt64, to sink: Sink) throws {
        try writeZeros((0 &- size) % Self.blockBytes, to: sink)
    }

    /// Writes `entry`, which is a file, with the bytes of `file`: as many as its row says, with zeros for what is
    /// missing. Returns whether the file was as long as its row says.
    mutating func append(
        _ entry: Entry, reading file: borrowing OwnedDescriptor, to sink: Sink
    ) throws -> Bool {
        try begin(entry, to: sink)
        var left = entry.size
        while left > 0 {
            if used == buffer.count { try flush(to: sink) }
            let wanted = Int(min(UInt64(buffer.count - used), left))
            let count = try read(file, wanted)
            if count == 0 { break }
            used += count
            left -= UInt64(count)
        }
        let isShort = left > 0
        try writeZeros(left, to: sink)
        let isLong = try !isShort && Self.goesOn(file)
        try pad(entry.size, to: sink)
        return !isShort && !isLong
    }

    /// Ends the tar.
    mutating func finish(to sink: Sink) throws {
        try writeZeros(2 * Self.blockBytes, to: sink)
        try flush(to: sink)
    }

    private mutating func read(_ file: borrowing OwnedDescriptor, _ count: Int) throws(Errno) -> Int {
        try file.read(into: &buffer, used..<(used + count))
    }

    private mutating func writeZeros(_ count: UInt64, to sink: Sink) throws {
        var left = count
        while left > 0 {
            if used == buffer.count { try flush(to: sink) }
            let part = Int(min(left, UInt64(buffer.count - used)))
            for index in used..<(used + part) { buffer[index] = 0 }
            used += part
            left -= UInt64(part)
        }
    }

    private mutating func flush(to sink: Sink) throws {
        guard used > 0 else { return }
        try unsafe sink(buffer.span.bytes.extracting(first: used))
        used = 0
    }

    private static func goesOn(_ file: borrowing OwnedDescriptor) throws(Errno) -> Bool {
        var byte: [UInt8] = [0]
        return try file.read(into: &byte, 0..<1) > 0
    }
}
