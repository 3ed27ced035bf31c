import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport

/// A program's commands and their flags, as the program itself tells them.
struct CommandTree: Decodable {
    private struct Dump: Decodable {
        let command: CommandTree
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            let name: String
        }

        let names: [Name]?
    }

    let commandName: String
    private let arguments: [Argument]?
    private let subcommands: [CommandTree]?
    private let defaultSubcommand: String?

    /// Asks a program that was built beside the tests.
    static func ask(_ program: String) async throws -> CommandTree {
        let outcome = try await Subprocess.run(
            .path(ServerProcess.executables.appending(program)), arguments: ["--experimental-dump-help"],
            output: .string(limit: 16 << 20), error: .discarded)
        return try JSONDecoder().decode(Dump.self, from: Data(outcome.standardOutput.utf8)).command
    }

    /// Names of flags without hyphens, those of the subcommand that need not be named included.
    private var flags: Set<String> {
        let own = (arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)
        return Set(own).union(subcommands?.first { $0.commandName == defaultSubcommand }?.flags ?? [])
            .union(["help", "h", "version"])
    }

    /// Those of all commands.
    var allFlags: Set<String> { (subcommands ?? []).reduce(flags) { $0.union($1.allFlags) } }

    /// What is wrong with words behind the program's name; `nil` when every command and every flag is there.
    func mistake(in words: ArraySlice<String>) -> String? {
        if let next = words.first, let commands = subcommands, !commands.isEmpty, !next.hasPrefix("-") {
            if let command = commands.first(where: { $0.commandName == next }) {
                return command.mistake(in: words.dropFirst())
            }
            // As in `larder …` and `larder COMMAND --help`.
            return next.contains("…") || next.allSatisfy(\.isUppercase)
                ? nil : "\(commandName) has no command '\(next)'"
        }
        for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("-") && word.count > 1 {
            let name =
                word.hasPrefix("--")
                ? String(word.dropFirst(2).prefix { $0 != "=" }) : String(word.dropFirst().prefix(1))
            if !name.contains("…"), !flags.contains(name) { return "\(commandName) has no flag '\(word)'" }
        }
        return nil
    }
}
