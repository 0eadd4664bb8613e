export { actorOf, OPERATOR, recordAudit, type Actor, type AuditEvent } from '#mesh/audit.ts';
