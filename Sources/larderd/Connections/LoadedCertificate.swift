import FoundationEssentials
import NIOSSL
import SystemPackage

/// What ``TLSFiles`` held at one time.
struct LoadedCertificate: Sendable {
    /// What connections are served with.
    let context: NIOSSLContext
    /// From when and until when the certificate is valid. Seconds since 1970.
    let validity: ClosedRange<Int>
    /// Tells this certificate from others.
    let serialNumber: String

    /// Reads the files. Blocks.
    /// - Throws: ``SettingsError`` that names the setting, the file and what to do.
    init(_ files: TLSFiles) throws(SettingsError) {
        let chain = try Self.certificates(in: files.certificate, .tlsCert)
        let key = try Self.key(in: files.key)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let authority = files.clientAuthority, files.clientAuthentication != .none {
            configuration.trustRoots = .certificates(try Self.certificates(in: authority, .tlsClientCa))
            configuration.certificateVerification =
                files.clientAuthentication == .require ? .noHostnameVerification : .optionalVerification
            configuration.sendCANameList = true
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw SettingsError(
                """
                \(Setting.tlsKey.flag): the key in \(files.key) does not belong to the first certificate in \
                \(files.certificate): give the pair that was made together, the server's own certificate before those \
                that it was signed with.
                """)
        }
        let start = Int(chain[0].notValidBefore)
        validity = start...max(start, Int(chain[0].notValidAfter))
        serialNumber = chain[0].serialNumber.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func certificates(
        in file: FilePath, _ setting: Setting
    ) throws(SettingsError) -> [NIOSSLCertificate] {
        let bytes = try contents(of: file, setting)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw SettingsError(
                """
                \(setting.flag): \(file) has no certificates in the form of PEM, which begins with \
                -----BEGIN CERTIFICATE-----.
                """)
        }
        return certificates
    }

    private static func key(in file: FilePath) throws(SettingsError) -> NIOSSLPrivateKey {
        let bytes = try contents(of: file, .tlsKey)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            let isLocked = String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED")
            throw SettingsError(
                isLocked
                    ? """
                    \(Setting.tlsKey.flag): the key in \(file) has a passphrase, which a server cannot type: take it off \
                    with openssl pkey -in \(file) -out FILE.
                    """
                    : """
                    \(Setting.tlsKey.flag): \(file) has no private key in the form of PEM, which begins with \
                    -----BEGIN PRIVATE KEY----- or as openssl writes it.
                    """)
        }
    }

    private static func contents(of file: FilePath, _ setting: Setting) throws(SettingsError) -> [UInt8] {
        do {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
            return try descriptor.closeAfter {
                var bytes: [UInt8] = []
                // More than any chain of certificates has.
                while bytes.count < 1 << 20 {
                    let part = try unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                        count = unsafe try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    if part.isEmpty { break }
                    bytes += part
                }
                return bytes
            }
        } catch Errno.noSuchFileOrDirectory {
            throw SettingsError("\(setting.flag): there is no file \(file): put it there, or name another.")
        } catch Errno.permissionDenied {
            throw SettingsError(
                "\(setting.flag): \(file) may not be read by the account that larderd runs as: give it that right.")
        } catch {
            throw SettingsError("\(setting.flag): \(file) cannot be read: \(error).")
        }
    }
}
