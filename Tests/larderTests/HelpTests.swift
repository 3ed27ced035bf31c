import ArgumentParser
import Testing

@testable import larder

/// What the program says of itself.
@Suite struct HelpTests {
    private static func all(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap(all)
    }

    @Test func everyCommandHasExamplesAndASentence() {
        for command in Self.all(LarderCommand.self) {
            let configuration = command.configuration
            #expect(configuration.discussion.contains("EXAMPLES:\n  "), "\(command)")
            #expect(configuration.abstract.hasSuffix("."), "\(command)")
        }
        #expect(LarderCommand.configuration.discussion.contains("EXIT STATUS:"))
    }

    @Test(arguments: CompletionCommand.Shell.allCases)
    func completionsNameAllCommands(shell: CompletionCommand.Shell) throws {
        let dialect = try #require(CompletionShell(rawValue: shell.rawValue))
        let script = LarderCommand.completionScript(for: dialect)
        for name in [
            "build", "push", "import", "shim", "login", "logout", "password-stdin", "completion", "upload-wait",
        ] { #expect(script.contains(name)) }
        #expect(try CompletionCommand.parse([shell.rawValue]).shell == shell)
    }

    @Test func otherShellsAreRefused() {
        #expect(throws: (any Error).self) { try CompletionCommand.parse(["tcsh"]) }
    }
}
