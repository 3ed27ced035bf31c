import FoundationEssentials
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What a server tells the service manager that started it, and whoever asks after its health.
@Suite struct ServiceManagerTests {
    /// Listens as systemd does, starts the server as it does, and prints what it is told. `$1` larderd, `$2` a directory.
    private static let manager = """
        import os, signal, socket, subprocess, sys
        larderd, directory, name = sys.argv[1:4]
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(name.replace("@", "\\0"))
        receiver.settimeout(60)
        root = directory + "/root"
        server = subprocess.Popen(
            [larderd, "--root", root, "--listen", "127.0.0.1:0"], stderr=subprocess.DEVNULL,
            env={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"})
        try:
            told = ""
            while not told.startswith("READY=1"): told = receiver.recv(4096).decode()
            print(told.splitlines()[0])
            print(subprocess.run([larderd, "health", "--root", root], capture_output=True, text=True).stdout.strip())
            while receiver.recv(4096) != b"WATCHDOG=1": pass
            print("WATCHDOG=1")
            server.send_signal(signal.SIGTERM)
            while receiver.recv(4096) != b"STOPPING=1": pass
            print("STOPPING=1")
            print(server.wait(60))
            print(subprocess.run([larderd, "health", "--root", root], capture_output=True).returncode)
        finally:
            server.kill()
        """

    @Test("It is told when requests are answered, that it is alive, and that it stops", arguments: [false, true])
    func notices(isAbstract: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let name = isAbstract ? "@larder-\(directory.lastComponent?.string ?? "")" : "\(directory)/notify"
            let larderd = ServerProcess.executables.appending("larderd").string
            let outcome = try await Subprocess.run(
                .path("/usr/bin/python3"), arguments: ["-c", Self.manager, larderd, directory.string, name],
                output: .string(limit: 10_000), error: .string(limit: 10_000))
            #expect(
                outcome.standardOutput == "READY=1\nok\nWATCHDOG=1\nSTOPPING=1\n0\n1\n", "\(outcome.standardError)")
        }
    }
}
