import ArgumentParser
import Glibc

/// Asks whoever sits at the terminal.
enum LoginPrompt {
    /// Whether there is somebody.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 }

    /// All of standard input, without the end of its last line.
    static func rest() -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 64 << 10, unsafe read(STDIN_FILENO, &byte, 1) == 1 { bytes.append(byte) }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A line that is seen while it is typed.
    static func line(_ question: String) -> String {
        ask(question)
        return readLine() ?? ""
    }

    /// A line that is not. An interrupt is taken as a key, so that the terminal is as before in any case.
    /// - Throws: `ExitCode` 130 for Control-C.
    static func secret(_ question: String) throws -> String {
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return line(question) }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        // Before the question: what is typed as soon as that is seen must neither be shown nor thrown away.
        _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        ask(question)
        defer {
            _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            ask("\n")
        }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(STDIN_FILENO, &byte, 1) == 1 {
            switch byte {
            case 0x03: throw ExitCode(130)
            case 0x04, UInt8(ascii: "\n"), UInt8(ascii: "\r"): return String(decoding: bytes, as: UTF8.self)
            case 0x08, 0x7f: while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
            case 0x15: bytes.removeAll()
            // Other keys that are no text, as those that stopped the program elsewhere, are in no password.
            case 0..<0x20: break
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func ask(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }
}
