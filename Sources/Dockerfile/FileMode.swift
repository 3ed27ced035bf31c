/// `--chmod`.
enum FileMode {
    /// Permission bits out of octal digits.
    /// - Throws: `unsupported` for the symbolic form, `syntax` for anything else.
    static func parse(_ text: String, at location: LineLocation) throws(DockerfileError) -> UInt32 {
        if let mode = UInt32(text, radix: 8), mode <= 0o7777, text.utf8.first != UInt8(ascii: "+") { return mode }
        if text.unicodeScalars.contains(where: { "+-=".unicodeScalars.contains($0) }) {
            throw location.unsupported("`--chmod=\(text)` is not supported yet; give the bits in octal, such as 755.")
        }
        throw location.syntax("`--chmod=\(text)` is not a mode; give the bits in octal, from 0 to 7777.")
    }
}
