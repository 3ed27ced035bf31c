import Testing

@testable import Dockerfile

/// What of URLs nobody is told.
struct URLLoginTests {
    @Test(arguments: [
        ("ADD https://ann:pw@host/x /y", "ADD https://xxxxx@host/x /y"),
        ("ADD https://t0ken@host/x.git#v1 /y", "ADD https://xxxxx@host/x.git#v1 /y"),
        ("RUN a http://u:p@h:80 'http://v:q@i/?x=1'", "RUN a http://xxxxx@h:80 'http://xxxxx@i/?x=1'"),
        ("ftp://a:b@c, socks5://d:e@f", "ftp://xxxxx@c, socks5://xxxxx@f"),
        ("http://a:p@ss@host/", "http://xxxxx@host/"),
        ("https://h/x?token=abc&ref=main#top z", "https://h/x?token=xxxxx&ref=main#top z"),
        (
            "https://h/?X-Amz-Signature=1f&X-Amz-Credential=A%2F&X-Amz-Date=2",
            "https://h/?X-Amz-Signature=xxxxx&X-Amz-Credential=xxxxx&X-Amz-Date=2"
        ),
    ])
    func loginsAreHidden(text: String, hidden: String) {
        #expect(URLLogin.hidden(in: text) == hidden)
        #expect(URLLogin.hidden(in: hidden) == hidden)
    }

    @Test(arguments: [
        "ADD ssh://git@host/x.git /", "git@host:path", "https://registry/@scope/name", "COPY a@b /c", "user@host://",
        "https://${USER}:$PASSWORD@host/x?token=$TOKEN", "://a:b@c", "https://", "", "no url at all: x",
        "https://h/?ref=main&file=key",
    ])
    func whatIsNoSecretStays(text: String) {
        #expect(URLLogin.hidden(in: text) == text)
    }

    @Test func loginsAreTakenOutOfURLs() {
        let parts = URLLogin.split("https://ann:p%40w@host:1/x@y?z#a")
        #expect(parts.url == "https://host:1/x@y?z#a" && parts.login == "ann:p%40w")
        #expect(URLLogin.split("https://host/x@y").login == nil)
        #expect(URLLogin.split("host").url == "host")
    }

    @Test func errorsAndStepsHaveNone() throws {
        let error = DockerfileError(
            .syntax, file: "Dockerfile", line: 1, text: "ADD https://ann:pw@host/x",
            message: "`https://ann:pw@host/x` is odd.")
        #expect(!error.description.contains("pw"))
        let step = PlannedStep(
            text: "ADD https://ann:pw@host/x /", line: 1, operation: .workdir(WorkdirOperation(path: "/", user: "")))
        #expect(step.text == "ADD https://xxxxx@host/x /")
    }
}
