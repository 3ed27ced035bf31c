import SystemPackage
import Testing

/// What any page of the repository tells readers to type is executed by ``GuideTests``, or it says why not; and whatever it names is
/// there: commands, flags, variables, files and what can be made.
@Suite("The documentation names what is there")
struct DocumentationTests {
    @Test("Commands are executed, or it is said why not")
    func blocks() async throws {
        let documentation = try await Documentation.all.value
        #expect(documentation.pages.count > 40)
        for page in documentation.pages {
            for block in page.blocks {
                #expect(mistake(in: block, of: page) == nil, "\(page.path):\(block.line)")
            }
        }
    }

    private func mistake(in block: Page.Block, of page: Page) -> String? {
        switch block.language {
        case "sh":
            let isExecuted = page.path == "README.md" || GuideFiles.executed.contains(page.path)
            return isExecuted ? nil : "no test executes this; if none can, make it 'shell' and say why"
        case "shell": return block.reason == nil ? "it is not said why this is not executed" : nil
        case "": return block.text.contains { $0.hasPrefix("$ ") } ? "no test executes this" : nil
        default: return nil
        }
    }

    @Test("Commands and flags, variables, files")
    func names() async throws {
        let documentation = try await Documentation.all.value
        var commands = 0
        for page in documentation.pages {
            for block in page.blocks {
                let text = block.text.joined(separator: "\n")
                expectKnown(text, page, block.line, documentation)
                guard ["sh", "shell", ""].contains(block.language) else { continue }
                for command in ShellText(block.text).commands {
                    commands += 1
                    let mistake = documentation.mistake(in: command)
                    #expect(mistake == nil, "\(page.path):\(block.line): \(command.joined(separator: " "))")
                }
            }
            for span in page.spans {
                expectKnown(span.text, page, span.line, documentation)
                let flag = documentation.strangeFlag(in: span)
                #expect(flag == nil, "\(page.path):\(span.line): \(span.text)")
                for command in ShellText([span.text]).commands {
                    commands += 1
                    #expect(documentation.mistake(in: command) == nil, "\(page.path):\(span.line): \(span.text)")
                }
            }
        }
        #expect(commands > 500, "\(commands) commands were found")
    }

    private func expectKnown(_ text: String, _ page: Page, _ line: Int, _ documentation: Documentation) {
        #expect(documentation.strangeVariables(in: text) == [], "\(page.path):\(line)")
        #expect(documentation.strangePaths(in: text, of: page) == [], "\(page.path):\(line)")
    }

    @Test(
        "Mistakes are found",
        arguments: [
            ("larder bild .", "'bild'"), ("larder build --tagg a .", "--tagg"), ("larder build -Z", "-Z"),
            ("x | larderd --rot /a &", "--rot"), ("larderd token mak", "'mak'"), ("larder-bench micro --chek", "chek"),
            ("echo \"$(larder ci --tga)\"", "--tga"), ("A=1 make bild", "'bild'"),
            ("larder build -t a \\\n --psh .", "--psh"),
            ("swift test --filter NoSuchTests.a", "NoSuchTests"), ("cat <<'END'\na\nEND\nlarder pusch", "'pusch'"),
        ])
    func mistakes(script: String, hint: String) async throws {
        let documentation = try await Documentation.all.value
        let commands = ShellText(script.split(separator: "\n").map(String.init)).commands
        #expect(commands.compactMap(documentation.mistake).contains { $0.contains(hint) }, "\(commands)")
        #expect(documentation.strangeFlag(in: Page.Span(text: "--tagg a", line: 1)) == "tagg")
        #expect(documentation.strangeFlag(in: Page.Span(text: "--tag a", line: 1)) == nil)
        let name = "LARDER" + "_SEVRER"
        #expect(documentation.strangeVariables(in: "export \(name)=a LARDER_SERVER=b") == [name])
        let page = Page(path: "deploy/docker/README.md", "")
        #expect(
            documentation.strangePaths(in: "see `deploy/nothing.sh`, deploy/peers.", of: page) == ["deploy/nothing.sh"])
    }

    @Test(
        "What is right is not found",
        arguments: [
            "larderd --root /a --listen 127.0.0.1:7070 > log 2>&1 &",
            "larder build -t \"a:$(larder ci --tag)\" --push . # larder x",
            "larder …", "larder build --cache-from … .",
            "LARDER_SERVER=a larder build -f- . <<END\nlarder nothing\nEND",
            "echo 'larder nothing'; docker build --squash .", "make bench BENCH=e2e", "larderd webhooks --root /a",
        ])
    func right(script: String) async throws {
        let documentation = try await Documentation.all.value
        let commands = ShellText(script.split(separator: "\n").map(String.init)).commands
        #expect(!commands.isEmpty)
        #expect(commands.compactMap(documentation.mistake) == [])
    }

    @Test("A page is read as it is meant")
    func reading() {
        let page = Page(
            path: "a.md",
            """
            Say `larder
            ci`, and ``Symbol``.

                larder-bench micro

            <!-- test: not run, it needs a cluster -->

            ```shell
            helm
            ```
            - `a` and
            - `b`
            ```sh
            ls
            ```
            """)
        #expect(
            page.spans == [
                .init(text: "larder ci", line: 1), .init(text: "larder-bench micro", line: 4),
                .init(text: "a", line: 11),
                .init(text: "b", line: 12),
            ])
        #expect(
            page.blocks == [
                .init(language: "shell", line: 8, text: ["helm"], reason: "it needs a cluster"),
                .init(language: "sh", line: 13, text: ["ls"], reason: nil),
            ])
    }
}
