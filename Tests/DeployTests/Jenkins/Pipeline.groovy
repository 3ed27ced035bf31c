// As much of Jenkins as Jenkinsfiles and the shared library in deploy/jenkins use: steps are written down, and what `sh` is
// given is run for real, as the plugin does it.
//
//     groovy Pipeline.groovy JENKINSFILE LIBRARY WORKSPACE RECORD
//
// The environment of the job is that of this process. CREDENTIALS names a file of lines "id=secret" or "id=user:password".
// RECORD gets a line for each step; the console is standard output.
import java.util.concurrent.Executors

class Jenkins {
    static File workspace
    static File record
    static Map credentials = [:]
    static final InheritableThreadLocal<Map> environment = new InheritableThreadLocal<Map>()

    static synchronized void note(String line) { record << line + '\n' }

    static withEnvironment(Map more, Closure body) {
        Map before = environment.get()
        Map now = new LinkedHashMap(before)
        more.each { name, value ->
            // Jenkins puts NAME+ANY in front of NAME.
            int plus = name.indexOf('+')
            if (plus > 0) {
                String list = name.substring(0, plus)
                now[list] = now[list] ? "${value}:${now[list]}".toString() : value
            } else {
                now[name] = value.toString()
            }
        }
        environment.set(now)
        try { return body() } finally { environment.set(before) }
    }

    static boolean branchIs(String name) { environment.get().BRANCH_NAME == name }
}

abstract class Steps extends Script {
    private static final ThreadLocal<List> collected = new ThreadLocal<List>()

    // What the environment is asked for by name.
    def getEnv() { Jenkins.environment.get() }
    def getScm() { 'scm' }
    def getAny() { 'any' }

    // MARK: Steps

    def sh(String script) { sh([script: script]) }

    def sh(Map settings) {
        Jenkins.note("sh ${settings.label ?: settings.script.readLines().find { it.trim() }.trim()}")
        File file = File.createTempFile('script', '.sh', Jenkins.workspace)
        file.text = settings.script
        // Without a line that says what runs it, Jenkins shows each command.
        List command = settings.script.startsWith('#!') ? [] : ['/bin/sh', '-xe']
        if (!command) {
            file.executable = true
        }
        def builder = new ProcessBuilder((command + file.path) as String[]).directory(Jenkins.workspace)
        builder.environment().clear()
        builder.environment().putAll(Jenkins.environment.get().findAll { it.value != null })
        if (!settings.returnStdout) { builder.redirectErrorStream(true) }
        def process = builder.start()
        def output = new StringBuffer()
        def complaint = new StringBuffer()
        process.waitForProcessOutput(output, complaint)
        print(settings.returnStdout ? complaint : output)
        file.delete()
        int status = process.exitValue()
        if (settings.returnStatus) { return status }
        if (status != 0) { throw new IllegalStateException("script returned exit code ${status}") }
        return settings.returnStdout ? output.toString() : null
    }

    def echo(String text) { Jenkins.note("echo ${text}"); println(text) }
    def error(String text) { throw new IllegalStateException(text) }
    def readFile(String name) { new File(Jenkins.workspace, name).text }
    def archiveArtifacts(Map settings) {
        assert new File(Jenkins.workspace, settings.artifacts).exists()
        Jenkins.note("archive ${settings.artifacts}")
    }

    def checkout(where) { Jenkins.note('checkout') }
    def isUnix() { true }

    def withEnv(List pairs, Closure body) {
        Jenkins.withEnvironment(pairs.collectEntries { pair ->
            int equals = pair.indexOf('=')
            [(pair.substring(0, equals)): pair.substring(equals + 1)]
        }, body)
    }

    def string(Map binding) { [(binding.variable): Jenkins.credentials[binding.credentialsId], id: binding.credentialsId] }

    def usernamePassword(Map binding) {
        def (user, password) = Jenkins.credentials[binding.credentialsId].split(':', 2)
        [(binding.usernameVariable): user, (binding.passwordVariable): password, id: binding.credentialsId]
    }

    def withCredentials(List bindings, Closure body) {
        def names = bindings*.id.join(' ')
        Jenkins.note("begin credentials ${names}")
        try {
            return Jenkins.withEnvironment(bindings.collectEntries { it.findAll { it.key != 'id' } }, body)
        } finally {
            Jenkins.note("end credentials ${names}")
        }
    }

    def retry(int attempts, Closure body) {
        for (int attempt = 1; ; attempt++) {
            try {
                return body()
            } catch (IllegalStateException failure) {
                Jenkins.note("failed attempt ${attempt}")
                if (attempt == attempts) { throw failure }
            }
        }
    }

    def parallel(Map branches) {
        Jenkins.note("parallel ${branches.keySet().findAll { it != 'failFast' }.join(' ')}")
        def work = branches.findAll { it.key != 'failFast' }
        def pool = Executors.newFixedThreadPool(work.size())
        // A thread of a pool takes over the environment when it is made.
        def running = work.collect { name, body -> pool.submit({ body() } as java.util.concurrent.Callable) }
        pool.shutdown()
        running.each { it.get() }
    }

    def node(String label = '', Closure body) { Jenkins.withEnvironment([NODE_NAME: 'agent'], body) }

    // MARK: Declarative

    def pipeline(Closure body) { body() }
    def agent(what) { what instanceof Closure ? what() : null }
    def label(String name) { Jenkins.note("label ${name}") }
    def options(Closure body) { body() }
    def timeout(Map limits) { }
    def disableConcurrentBuilds(Map settings) { }
    def logRotator(Map settings) { settings }
    def buildDiscarder(rotator) { }

    def environment(Closure body) {
        def variables = new Expando()
        body.delegate = variables
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        Jenkins.environment.set(Jenkins.environment.get() + variables.properties.collectEntries { [it.key, it.value.toString()] })
    }

    def stages(Closure body) { body() }
    def steps(Closure body) { body() }
    def script(Closure body) { body() }
    def post(Closure body) { body() }
    def failure(Closure body) { }

    // What follows in a stage is left out when a condition does not hold.
    static class Left extends RuntimeException { }

    def when(Closure body) { body() }
    def branch(String name) { if (!Jenkins.branchIs(name)) { throw new Left() } }

    def stage(String name, Closure body) {
        if (collected.get() != null) { collected.get() << [name, body]; return null }
        Jenkins.note("stage ${name}")
        try { body() } catch (Left left) { Jenkins.note("left out ${name}") }
    }

    def parallel(Closure body) {
        collected.set([])
        body()
        def stages = collected.get()
        collected.remove()
        parallel(stages.collectEntries { name, block -> [(name): { stage(name, block) }] })
    }

    // MARK: docker, as the plugin Docker Pipeline has it

    def getDocker() { new Docker(steps: this) }

    static class Docker {
        def steps

        def withRegistry(String url, String credentialsId = null, Closure body) {
            steps.withEnv(["DOCKER_REGISTRY_URL=${url}"]) {
                // The plugin logs in with a configuration of its own, which it removes.
                File logins = File.createTempDir()
                def (user, password) = Jenkins.credentials[credentialsId].split(':', 2)
                String host = new URL(url).authority
                new File(logins, 'config.json').text =
                    '{"auths":{"' + host + '":{"auth":"' + "${user}:${password}".bytes.encodeBase64() + '"}}}'
                try {
                    steps.withEnv(["DOCKER_CONFIG=${logins}"]) { body() }
                } finally {
                    logins.deleteDir()
                }
            }
        }

        def build(String image, String arguments = '.') {
            steps.withEnv(["JD_IMAGE=${image}"]) { steps.sh('docker build -t "$JD_IMAGE" ' + arguments) }
            new Image(steps: steps, id: image)
        }
    }

    static class Image {
        def steps
        String id

        void push(String tag = id.tokenize(':').last()) {
            String name = new URL(steps.env.DOCKER_REGISTRY_URL).authority + '/' + id.tokenize(':')[0] + ':' + tag
            steps.withEnv(["JD_ID=${id}", "JD_TAGGED_IMAGE_NAME=${name}"]) {
                steps.sh('docker tag "$JD_ID" "$JD_TAGGED_IMAGE_NAME"')
                steps.sh('docker push "$JD_TAGGED_IMAGE_NAME"')
            }
        }
    }
}

def (pipeline, library, workspace, record) = args
Jenkins.workspace = new File(workspace)
Jenkins.record = new File(record)
new File(System.getenv('CREDENTIALS')).eachLine { line ->
    int equals = line.indexOf('=')
    Jenkins.credentials[line.substring(0, equals)] = line.substring(equals + 1)
}
Jenkins.environment.set(new LinkedHashMap(System.getenv()) + [WORKSPACE: workspace, WORKSPACE_TMP: workspace + '@tmp'])
new File(workspace + '@tmp').mkdirs()

def configuration = new org.codehaus.groovy.control.CompilerConfiguration(scriptBaseClass: Steps.name)
def binding = new Binding()
def shell = new GroovyShell(this.class.classLoader, binding, configuration)
// In Jenkins it is an annotation that has no effect here.
def source = { File file -> file.text.replace('@NonCPS', '').replaceFirst(/(?m)^@Library\('larder'\) _$/, '') }
new File(library, 'vars').eachFileMatch(~/.*\.groovy/) { file ->
    def step = shell.parse(source(file), file.name)
    step.binding = binding
    binding.setVariable(file.name - '.groovy', { Object... values -> step.invokeMethod('call', values) })
}
shell.parse(source(new File(pipeline)), 'Jenkinsfile').run()
