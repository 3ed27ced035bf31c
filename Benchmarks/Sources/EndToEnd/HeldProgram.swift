import ChildPrograms
internal import FoundationEssentials
import Glibc
import SystemPackage

/// A daemon that a script (`Benchmarks/hold`) starts, and stops when its input ends: also when this program ends in whatever way.
final class HeldProgram {
    /// The daemon.
    let processID: pid_t
    /// What else the script says of it.
    let words: [String]
    private let script: pid_t
    private var input: FileDescriptor?

    /// Starts it, and waits until the script says that it answers. Blocks.
    /// - Parameter log: a file for what it says.
    init(_ arguments: [String], log: String) throws {
        let (inputEnd, input) = try ChildProgram.pipe()
        let (output, outputEnd) = try ChildProgram.pipe()
        defer { try? output.close() }
        do {
            defer {
                try? inputEnd.close()
                try? outputEnd.close()
            }
            let file = try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
            defer { try? file.close() }
            script = try ChildProgram.start(arguments, input: inputEnd, output: outputEnd, error: file)
        }
        self.input = input
        let words = try Self.line(from: output).split(separator: " ").map(String.init)
        guard words.first == "ready", words.count > 1, let process = pid_t(words[1]) else {
            try? input.close()
            _ = ChildProgram.wait(for: script)
            let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw EndToEndError("\(arguments.joined(separator: " ")) did not start: \(said.suffix(2000))")
        }
        processID = process
        self.words = Array(words.dropFirst(2))
    }

    private static func line(from file: FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe try withUnsafeMutableBytes(of: &byte, { unsafe try file.read(into: $0) }) == 1, byte != 0x0A {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Stops it, and waits until it is gone.
    func stop() {
        guard let input else { return }
        self.input = nil
        try? input.close()
        _ = ChildProgram.wait(for: script)
    }

    deinit {
        stop()
    }
}
