internal import Glibc

/// A file with the seed of the input that is being read, for when the process does not survive it.
struct FuzzNote {
    private let path: String
    private let file: Int32

    init(_ name: String) throws {
        let word = name.map { $0.isLetter || $0.isNumber ? $0 : "-" }
        path = "/tmp/larder-fuzz-\(String(word))-\(getpid())"
        file = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        guard file >= 0 else { throw ShellError(script: "open \(path)", status: errno) }
        if FuzzSettings.seconds != nil { print("FUZZ \(name): \(path) has the seed of the input that is read") }
    }

    /// The input with `seed` is about to be read.
    func write(_ seed: UInt64) {
        var text = Array("\(seed)".utf8)
        // A shorter number than before is filled up.
        while text.count < 20 { text.append(0x20) }
        text.append(0x0a)
        _ = unsafe pwrite(file, text, text.count, 0)
    }

    /// Nothing happened.
    func remove() {
        close(file)
        _ = unsafe unlink(path)
    }
}
