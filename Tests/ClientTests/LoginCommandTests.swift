import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// `larder login` and `larder logout`, and what finds the login afterwards, on a real server with TLS that wants to know who asks.
@Suite("larder login")
struct LoginCommandTests {
    @Test("A login is checked, kept as docker keeps it, found by builds over HTTPS, and forgotten")
    func wholeWay() async throws {
        try await SecureLab.run { lab in
            let wrong = try await lab.run("echo wrong-password | larder login -u alice --password-stdin")
            #expect(wrong.status == 1 && wrong.complaint.contains("does not take the login"), "\(wrong)")
            #expect(!(wrong.output + wrong.complaint).contains("wrong-password"))
            #expect(lab.text("docker/config.json").isEmpty)

            let right = try await lab.run(
                """
                mkdir -p docker; echo '{"psFormat": "x", "auths": {"other.example": {"auth": "dTpw"}}, "n": 1.5}' >docker/config.json
                chmod 644 docker/config.json
                echo secret | larder login -u alice --password-stdin "$LARDER_SERVER"
                stat --format %a docker/config.json
                """)
            #expect(right.status == 0 && right.output == "Login Succeeded\n600\n", "\(right)")
            #expect(!right.complaint.contains("secret"))
            let kept = lab.text("docker/config.json")
            for text in ["\"psFormat\"", "dTpw", "1.5", "\"127.0.0.1:\(lab.server.port)\"", "YWxpY2U6c2VjcmV0"] {
                #expect(kept.contains(text), "\(kept)")
            }
            // The build first comes without it, is asked, and finds it.
            let first = try await lab.run(SecureLab.context + "larder build -t shop/api:1 c")
            #expect(first.status == 0, "\(first)")
            #expect(try await lab.isAudited("user:alice"), "\(lab.text("root/audit.log"))")
            let shim = try await lab.run(
                "docker build -t shop/api:2 --progress plain c", ["LARDER_STATE": "\(lab.directory)/s2"])
            #expect(shim.status == 0 && shim.complaint.contains("larder builds"), "\(shim)")
            #expect(shim.complaint.contains("1 hit"), "\(shim)")

            let out = try await lab.run("larder logout \"$host\"; larder logout \"$LARDER_SERVER\"")
            #expect(
                out.output
                    == "Removing login credentials for 127.0.0.1:\(lab.server.port)\nNot logged in to 127.0.0.1:\(lab.server.port)\n"
            )
            #expect(lab.text("docker/config.json").contains("dTpw"))
            #expect(!lab.text("docker/config.json").contains("YWxpY2U6c2VjcmV0"))
            let stranger = try await lab.run("larder build -t shop/api:3 c", ["LARDER_STATE": "\(lab.directory)/s3"])
            #expect(stranger.complaint.contains("log in") || stranger.complaint.contains("docker login"), "\(stranger)")
        }
    }

    @Test("docker push to a registry of this machine that has TLS is done without docker")
    func pushOverTLS() async throws {
        try await SecureLab.run { lab in
            let pushed = try await lab.run(
                SecureLab.context + """
                    echo secret | larder login -u alice --password-stdin "https://$host"
                    docker build -q -t $host/shop/api:1 c && docker tag $host/shop/api:1 $host/shop/api:2
                    docker push $host/shop/api:2
                    """)
            #expect(pushed.status == 0 && pushed.output.contains("2: digest: sha256:"), "\(pushed)")
            #expect(!pushed.complaint.contains("docker pushes"), "\(pushed)")
            #expect(pushed.output.contains("repository [127.0.0.1:\(lab.server.port)/shop/api]"), "\(pushed)")
        }
    }

    @Test("A credential helper keeps the login where the file names one, and forgets it")
    func helper() async throws {
        try await SecureLab.run { lab in
            let outcome = try await lab.run(
                """
                cat >real/docker-credential-test <<'END'
                #!/bin/sh
                case $1 in
                    store) cat >"$HOME/kept" ;;
                    get) test -e "$HOME/kept" || { echo credentials not found in native keychain; exit 1; }; cat "$HOME/kept" ;;
                    erase) test -e "$HOME/kept" && rm "$HOME/kept" ;;
                esac
                END
                chmod +x real/docker-credential-test
                mkdir -p docker; echo '{"credsStore": "test"}' >docker/config.json
                larder login -u alice -p secret "https://$host"
                """)
            #expect(outcome.status == 0 && outcome.output == "Login Succeeded\n", "\(outcome)")
            #expect(outcome.complaint.contains("--password-stdin") && !outcome.complaint.contains("unencrypted"))
            #expect(!lab.text("docker/config.json").contains("auth\""), "\(lab.text("docker/config.json"))")
            #expect(lab.text("kept").contains("\"Secret\":\"secret\""), "\(lab.text("kept"))")
            let build = try await lab.run(SecureLab.context + "larder build -t shop/api:1 c")
            #expect(build.status == 0, "\(build)")
            #expect(try await lab.isAudited("user:alice"))
            let out = try await lab.run("larder logout $host")
            #expect(out.output.hasPrefix("Removing") && lab.text("kept").isEmpty, "\(out)")
        }
    }

    @Test("At a terminal both are asked for, the password is not shown, and Control-C leaves the terminal as it was")
    func terminal() async throws {
        try await SecureLab.run { lab in
            // A terminal whose keys are pressed when the question is seen. It shows a new line as "\r\n".
            let typing = """
                export SHELL=/bin/bash; export -f larder
                at_terminal() {
                    coproc T { exec script --quiet --return --command "$1" /dev/null; }
                    exec {shown}<&"${T[0]}" {keys}>&"${T[1]}"; pid=$T_PID
                }
                await() { local text; IFS= read -rd "$1" -t 20 -u "$shown" text && printf '%s' "${text//$'\\r'/}$1"; }
                rest() { tr -d '\\r' <&"$shown"; wait "$pid"; echo "status $?"; }

                """
            let login = try await lab.run(
                typing + """
                    at_terminal 'larder login "$LARDER_SERVER"'
                    await :; echo alice >&"$keys"
                    await :; printf 'wrong\\25secre\\32x\\177t\\r' >&"$keys"
                    rest
                    """)
            #expect(login.output.hasPrefix("Username (for a token any does): alice\nPassword: \n"), "\(login)")
            #expect(login.output.hasSuffix("Login Succeeded\nstatus 0\n"), "\(login)")
            #expect(!login.output.contains("secre"), "\(login)")
            #expect(lab.text("docker/config.json").contains("YWxpY2U6c2VjcmV0"), "\(lab.text("docker/config.json"))")

            let left = try await lab.run(
                typing + """
                    at_terminal 'stty --save; larder login -u alice "$LARDER_SERVER"; echo "left with $?"; stty --save'
                    await P; printf '\\3' >&"$keys"
                    rest
                    """)
            let lines = left.output.split(separator: "\n")
            #expect(lines.contains("left with 130") && left.output.hasSuffix("status 0\n"), "\(left)")
            #expect(lines.count == 5 && lines.first == lines.dropLast().last, "\(left)")
        }
    }

    @Test("What cannot be a login is said to be none, and a server that is not there is named")
    func refusals() async throws {
        try await SecureLab.run { lab in
            for (script, status, words) in [
                ("larder login -p x --password-stdin", 64, "exclude each other"),
                ("larder login -u a:b -p x", 64, "without a ':'"), ("larder login </dev/null", 64, "--password-stdin"),
                ("larder login --password-stdin </dev/null", 64, "nothing on standard input"),
                ("LARDER_SERVER= larder login -p x", 64, "no server is given"),
                ("larder login -p x 'not a host'", 64, "is no server"),
                ("larder login -p x http://127.0.0.1:1", 1, "cannot be asked"),
                ("LARDER_CA_FILE= larder login -p planted-secret", 1, "--ca-file"),
                ("larder logout 'not a host'", 64, "is no server"),
            ] as [(String, Int32, String)] {
                let outcome = try await lab.run(script)
                #expect(outcome.status == status && outcome.complaint.contains(words), "\(script): \(outcome)")
                #expect(!(outcome.output + outcome.complaint).contains("planted-secret"), "\(script)")
                #expect(lab.text("docker/config.json").isEmpty, "\(script)")
            }
        }
    }
}
