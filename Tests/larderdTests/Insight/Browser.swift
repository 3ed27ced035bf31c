import FoundationEssentials
import NIOPosix
import OCI
import Subprocess
import Synchronization
import SystemPackage
import TestSupport

@testable import larderd

/// A page of a headless Chromium, driven by the DevTools protocol over a pipe.
final class Browser: Sendable {
    /// What the browser does not do.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Pipe {
        let input: FileDescriptor
        let output: FileDescriptor
        var rest: [UInt8] = []
        var lastID = 0
        var session: String?
        /// What the page complained of.
        var complaints: [String] = []
    }

    private let pipe: Mutex<Pipe>

    private init(input: FileDescriptor, output: FileDescriptor) {
        pipe = Mutex(Pipe(input: input, output: output))
    }

    /// Lends a new one; it ends with `body`.
    static func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let (input, output) = (directory.appending("in"), directory.appending("out"))
            _ = try shell("mkfifo '\(input)' '\(output)'")
            let flags =
                "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions"
            let script =
                "exec chromium \(flags) --user-data-dir='\(directory)/profile' --remote-debugging-pipe about:blank "
                + "3<'\(input)' 4>'\(output)'"
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", script], input: .none, output: .discarded, error: .discarded
            ) { _ in
                // Each waits until the browser has opened the other end.
                let browser = try await NIOThreadPool.singleton.runIfActive {
                    Browser(
                        input: try FileDescriptor.open(input, .writeOnly),
                        output: try FileDescriptor.open(output, .readOnly))
                }
                try await browser.attach()
                do {
                    try await body(browser)
                } catch {
                    _ = try? await browser.call("Browser.close")
                    throw error
                }
                _ = try? await browser.call("Browser.close")
            }
            _ = result
        }
    }

    private func attach() async throws {
        let targets = try await call("Target.getTargets")["targetInfos"]
        let page = (0..<max(0, targets.count)).map { targets[$0] }.first { $0["type"] == .text("page") }
        let target = page?["targetId"].string ?? ""
        let answer = try await call("Target.attachToTarget", #"{"targetId":"\#(target)","flatten":true}"#)
        pipe.withLock { $0.session = answer["sessionId"].string }
        for domain in ["Page", "Runtime", "Log"] { try await call("\(domain).enable") }
    }

    /// Calls a method of the protocol, with parameters as JSON, and gives its result.
    @discardableResult
    func call(_ method: String, _ parameters: String = "{}") async throws -> JSONValue {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            try pipe.withLock { pipe in
                pipe.lastID += 1
                let session = pipe.session.map { #","sessionId":"\#($0)""# } ?? ""
                let message =
                    #"{"id":\#(pipe.lastID),"method":"\#(method)","params":\#(parameters)\#(session)}"# + "\0"
                try pipe.input.writeAll(message.utf8)
                while true {
                    let answer = try Self.message(&pipe)
                    Self.note(answer, &pipe.complaints)
                    guard answer["id"] == .integer(Int64(pipe.lastID)) else { continue }
                    guard answer["error"] == .null else { throw Failure(description: "\(method): \(answer["error"])") }
                    return answer["result"]
                }
            }
        }
    }

    private static func message(_ pipe: inout Pipe) throws -> JSONValue {
        while true {
            if let end = pipe.rest.firstIndex(of: 0) {
                let bytes = pipe.rest[..<end]
                pipe.rest.removeFirst(end + 1)
                return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            }
            let part = unsafe try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = try unsafe pipe.output.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if part.isEmpty { throw Failure(description: "the browser has ended") }
            pipe.rest += part
        }
    }

    private static func note(_ event: JSONValue, _ complaints: inout [String]) {
        let parameters = event["params"]
        switch event["method"].string {
        case "Runtime.exceptionThrown":
            complaints.append("exception: \(parameters["exceptionDetails"])")
        case "Runtime.consoleAPICalled" where ["error", "warning"].contains(parameters["type"].string):
            complaints.append("console: \(parameters["args"])")
        case "Log.entryAdded" where parameters["entry"]["level"] == .text("error"):
            complaints.append("log: \(parameters["entry"]["text"].string) \(parameters["entry"]["url"].string)")
        default: break
        }
    }

    /// What the page complained of so far: exceptions, errors and warnings of its console, errors of loading.
    var complaints: [String] { pipe.withLock { $0.complaints } }

    // MARK: What a person does

    /// The value of an expression.
    @discardableResult
    func value(_ expression: String) async throws -> JSONValue {
        let text = LogLine.quoted(expression)
        let answer = try await call(
            "Runtime.evaluate", #"{"expression":\#(text),"returnByValue":true,"awaitPromise":true}"#)
        guard answer["exceptionDetails"] == .null else {
            throw Failure(description: "\(expression): \(answer["exceptionDetails"])")
        }
        return answer["result"]["value"]
    }

    /// The text that a part of the page shows, as it is seen.
    func text(_ selector: String) async throws -> String {
        try await value("document.querySelector('\(selector)')?.innerText ?? ''").string
    }

    /// Waits until an expression is true.
    func wait(_ expression: String) async throws {
        if try await eventually({ try await value("Boolean(\(expression))") == .bool(true) }) { return }
        throw Failure(description: "never true: \(expression); the page shows: \(try await text("body"))")
    }

    /// Opens an address, on a screen of a size and in a color scheme.
    func open(_ address: String, width: Int = 1200, height: Int = 900, scheme: String = "light") async throws {
        try await call(
            "Emulation.setDeviceMetricsOverride",
            #"{"width":\#(width),"height":\#(height),"deviceScaleFactor":1,"mobile":\#(width < 500)}"#)
        try await call(
            "Emulation.setEmulatedMedia",
            #"{"features":[{"name":"prefers-color-scheme","value":"\#(scheme)"}]}"#)
        try await call("Page.navigate", #"{"url":"\#(address)"}"#)
    }

    /// Presses a key.
    func press(_ key: String, code: Int) async throws {
        let text = key == "Enter" ? #","text":"\r""# : ""
        for type in ["keyDown", "keyUp"] {
            try await call(
                "Input.dispatchKeyEvent",
                #"{"type":"\#(type)","key":"\#(key)","code":"\#(key)","windowsVirtualKeyCode":\#(code)\#(text)}"#)
        }
    }

    /// Types into what has the focus.
    func type(_ text: String) async throws {
        try await call("Input.insertText", #"{"text":\#(LogLine.quoted(text))}"#)
    }

    /// Keeps a picture of the whole page in the directory that `LARDER_SCREENSHOTS` names, if it names one.
    func picture(_ name: String) async throws {
        guard let directory = ProcessInfo.processInfo.environment["LARDER_SCREENSHOTS"] else { return }
        let answer = try await call("Page.captureScreenshot", #"{"captureBeyondViewport":true}"#)
        try Data(base64Encoded: answer["data"].string)?.write(to: URL(filePath: "\(directory)/\(name).png"))
    }
}
