import ArgumentParser

/// `larderd completion`: what makes a shell complete this program's command lines.
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
        abstract: "Print a script that makes a shell complete command lines of larderd.",
        discussion: """
            EXAMPLES:
              source <(larderd completion bash)
              larderd completion bash > /etc/bash_completion.d/larderd
              larderd completion zsh > "${fpath[1]}/_larderd"
              larderd completion fish > ~/.config/fish/completions/larderd.fish
            """)

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "SHELL"))
    var shell: Shell

    func run() {
        print(LarderdCommand.completionScript(for: shell.dialect))
    }
}
