import Access
import FoundationEssentials
import Networking
import Spelling
import SystemPackage

/// A configuration file: one flat JSON object whose keys are those of ``Setting``, and `$comment`.
///
/// Texts, numbers, true and false, and lists of texts are taken; each is given out as text, as if it had been a flag.
struct SettingsFile: Sendable {
    /// A value as text, and the line that it stands in.
    struct Entry: Hashable, Sendable {
        let text: String
        let line: Int
    }

    /// The longest that is read. Bytes.
    private static let sizeMaximum = 1 << 20

    let path: FilePath
    let entries: [Setting: Entry]

    /// Reads a file.
    /// - Throws: ``SettingsError``, which names the file and, for what is wrong in it, the line.
    init(_ path: FilePath) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path.string))
        } catch {
            throw SettingsError("The configuration file \(path) cannot be read: \(SystemReason.words(for: error)).")
        }
        guard data.count <= Self.sizeMaximum else {
            throw SettingsError("The configuration file \(path) has more than 1 MiB: it cannot be one.")
        }
        (self.path, entries) = (path, try Self.entries(of: Array(data), at: path))
    }

    /// Where a setting stands, for people.
    func place(of setting: Setting) -> String {
        "'\(setting.key)' in \(path)" + (entries[setting].map { ":\($0.line)" } ?? "")
    }

    private static func entries(of bytes: [UInt8], at path: FilePath) throws -> [Setting: Entry] {
        func refuse(_ line: Int, _ what: String) -> SettingsError {
            SettingsError("The configuration file cannot be used: \(path):\(line): \(what)")
        }
        let document: JSONNode
        do throws(AccessError) {
            document = try JSONNode(parsing: bytes)
        } catch {
            throw refuse(error.line ?? 1, error.message)
        }
        guard case .object(let members) = document.value else {
            throw refuse(document.line, "the file must hold one JSON object, as in { \"listen\": \"127.0.0.1:7070\" }")
        }
        var entries: [Setting: Entry] = [:]
        for member in members where member.name != "$comment" {
            guard let setting = Setting(rawValue: member.name) else {
                throw refuse(member.line, "unknown key '\(member.name.prefix(80))'; \(advice(for: member.name))")
            }
            guard let text = text(of: member.node) else {
                throw refuse(
                    member.node.line,
                    "the value of '\(member.name)' must be a text, a number, true or false, or a list of texts")
            }
            entries[setting] = Entry(text: text, line: member.line)
        }
        return entries
    }

    private static func advice(for key: String) -> String {
        let keys = Setting.allCases.map(\.key)
        return NearestName.of(key, among: keys).map { "did you mean '\($0)'?" }
            ?? "the keys are \(keys.joined(separator: ", "))"
    }

    private static func text(of node: JSONNode) -> String? {
        switch node.value {
        case .text(let text), .number(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        case .list(let nodes):
            let texts = nodes.compactMap(\.text)
            return texts.count == nodes.count ? texts.joined(separator: ",") : nil
        case .null, .object: return nil
        }
    }
}
