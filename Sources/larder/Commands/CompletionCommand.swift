import ArgumentParser

/// `larder completion`: what makes a shell complete this program's command lines.
struct CompletionCommand: ParsableCommand {
    /// The shells that can be told.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        fileprivate var dialect: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that makes a shell complete command lines of larder.",
        discussion: """
            EXAMPLES:
              source <(larder completion bash)
              larder completion bash > /etc/bash_completion.d/larder
              larder completion zsh > "${fpath[1]}/_larder"
              larder completion fish > ~/.config/fish/completions/larder.fish
            """)

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "SHELL"))
    var shell: Shell

    func run() {
        print(LarderCommand.completionScript(for: shell.dialect))
    }
}
