// Made for every function of serverless.yml and every queue of queues.yml, so that a new one has its alarms.
module.exports = async ({ resolveVariable }) => {
  const { alarms } = await import('./alarms.ts');
  return alarms(
    await resolveVariable('self:functions'),
    await resolveVariable('file(infra/aws/queues.yml):Resources'),
  );
};
